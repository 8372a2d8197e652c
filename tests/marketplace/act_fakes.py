"""The operator's registers, in memory."""

from collections.abc import Sequence

from marketplace.domain.act import Act, Register


class MemoryActs:
    """The `ActBook` in memory."""

    def __init__(self) -> None:
        self.rows: tuple[Act, ...] = ()

    def add(self, act: Act) -> None:
        self.rows = (*self.rows, act)

    def of_case(self, register: Register, case_id: str) -> Sequence[Act]:
        return [act for act in self.of_register(register) if act.case_id == case_id]

    def of_register(self, register: Register) -> Sequence[Act]:
        return [act for act in self.rows if act.register is register]
