"""Everything one issuer issues: a configuration for each of its data sets, and one for organisations."""

from collections.abc import Sequence
from dataclasses import dataclass

from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError
from ssi.issuer_service.domain.offering import Configuration, DataSetConfiguration
from ssi.issuer_service.domain.organisation import OrganisationConfiguration
from ssi.issuer_service.errors import NotOfferedError


@dataclass(frozen=True)
class Catalogue:
    """Everything this issuer issues."""

    configurations: tuple[Configuration, ...]

    @classmethod
    def of(cls, data_sets: Sequence[str], *, organisations: bool) -> "Catalogue":
        """The catalogue of an issuer's settings.

        Raises:
            NotOfferedError: nobody knows such a data set, or the catalogue would be empty.
        """
        try:
            known: list[Configuration] = [DataSetConfiguration(data_set(ref)) for ref in data_sets]
        except UnknownDataSetError as error:
            raise NotOfferedError(str(error)) from error
        if organisations:
            known.append(OrganisationConfiguration())
        if not known:
            raise NotOfferedError("an issuer issues something: name a data set, or organisations")
        return cls(tuple(known))

    def get(self, configuration_id: str) -> Configuration:
        """A configuration by its id.

        Raises:
            NotOfferedError: this issuer does not issue it; an unknown id is never taken for another.
        """
        for configuration in self.configurations:
            if configuration.id == configuration_id:
                return configuration
        offered = ", ".join(configuration.id for configuration in self.configurations)
        raise NotOfferedError(f"{configuration_id[:80]!r} is not issued here; offered are {offered}")
