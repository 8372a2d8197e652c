"""The words of the screens on which a person collects a record, in German; keys as in `collecting_words`.

Here also stand, for each trouble and each doubt, the words that errors carry in English only.
"""

from typing import Final

from wallet.domain.collecting_words import ENGLISH
from wallet.domain.showing_words import Words
from wallet.errors import Doubt, RefusedCredentialError, Trouble, WalletError

GERMAN: Final = Words(
    "de",
    {
        # Beginning
        "add": "Nachweis hinzufügen",
        "records": "Nachweise",
        "add_lead": (
            "Fügen Sie den Link ein, den Sie bekommen haben. Sie sehen, was Sie bekämen, bevor etwas geholt"
            " wird."
        ),
        "link": "Link",
        "link_help": (
            "Er beginnt mit openid-credential-offer:// Scannen Sie einen Code mit der Kamera Ihres"
            " Telefons und"
            " kopieren Sie den Link, den sie zeigt."
        ),
        "continue": "Weiter",
        "where": "Woher bekomme ich einen Link?",
        "where_text": (
            "Von der Stelle, die etwas über Sie weiß: von Ihrer Universität, Schule oder Klinik. Er steht in"
            " deren Portal oder in einem Brief. Er gilt einmal und nur für Sie, geben Sie ihn also nicht"
            " weiter."
        ),
        "again": "Bitte noch einmal ansehen",
        # An issuer that nobody listed
        "stranger": "Das kommt von keiner geprüften Stelle",
        "careful": "Vorsicht mit diesem Link",
        "stranger_text": (
            "Die Adresse in diesem Link gehört niemandem auf der Liste geprüfter Stellen. Ihre Wallet hat"
            " dort"
            " nichts angefragt, und der Link ist unbenutzt."
        ),
        "address": "Adresse",
        "stranger_choice": (
            "Wenn Sie wissen, wer Ihnen den Link gegeben hat, kann Ihre Wallet dort nachsehen. Was sie"
            " bekommt,"
            " können Sie vorzeigen. Für Berechnungen zählt es nicht, weil niemand Bekanntes für die"
            " Unterschrift"
            " einsteht."
        ),
        "visit": "Bei dieser Adresse nachsehen",
        "close": "Schließen",
        # What would be collected
        "plan": "Was Sie bekämen",
        "plan_lead": "Es wurde noch nichts geholt, und der Link ist unbenutzt.",
        "from": "Von",
        "verified": "Geprüfte Stelle",
        "unlisted": "Nicht aus dem Register",
        "unlisted_text": (
            "Die Stelle nennt sich „{name}“. Niemand auf der Liste geprüfter Stellen hat diese Adresse. Einen"
            " solchen Nachweis können Sie vorzeigen; Berechnungen verwenden ihn nicht."
        ),
        "says": "Darin stünde",
        "copies": (
            "Sie bekommen {count} Kopien, jede mit einem eigenen Schlüssel. Einzeln vorgezeigt, lassen sie"
            " sich"
            " nicht vergleichen, um Sie wiederzuerkennen."
        ),
        "one_copy": "Sie bekommen eine Kopie. Wer sie zweimal sieht, kann sie wiedererkennen.",
        "code": "Code",
        "code_help": "Er steht in einem Brief oder einer Nachricht der Stelle, getrennt vom Link.",
        "code_hint": "{name} sagt dazu: „{hint}“",
        "code_why": "{name} hat Ihnen getrennt einen Code geschickt, damit niemand sonst den Link benutzt.",
        "collect": "Nachweis holen",
        "sign_in": "Bei {host} anmelden",
        "sign_in_why": (
            "{host} zeigt Ihnen eine eigene Seite und fragt, ob Ihre Wallet den Nachweis haben darf. Danach"
            " kommen Sie hierher zurück."
        ),
        "begun": (
            "Sie sind zur Stelle gegangen und noch nicht mit einer Antwort zurück. Sie können wieder"
            " hingehen."
        ),
        "cancel": "Abbrechen",
        # Later
        "made": "Ihr Nachweis wird erstellt",
        "made_text": (
            "{name} hat Ihre Anfrage und stellt den Nachweis später fertig. Ihre Wallet fragt ab {moment}"
            " wieder"
            " nach, sooft sie nach Neuem sieht. Sie können diese Seite schließen."
        ),
        "ask_again": "Jetzt nachfragen",
        "forget": "Vergessen",
        "check": "Noch einmal prüfen",
        "agreed": "Noch nicht fertig",
        "agreed_text": (
            "{name} hat zugesagt, den Nachweis herauszugeben, und er ist nicht gekommen. Der Link ist"
            " verbraucht,"
            " aber es ist nichts verloren: Fragen Sie noch einmal nach."
        ),
        "came": "Es ist etwas gekommen, das noch nicht geprüft werden konnte",
        "came_text": "Es ist sicher verwahrt und gehört nicht zu Ihren Nachweisen, bevor es geprüft wurde.",
        # What came
        "preview": "Ist das Ihr Nachweis?",
        "preview_lead": "Sehen Sie ihn an, bevor Sie ihn behalten. Niemand sonst sieht diese Seite.",
        "checked": (
            "Ihre Wallet hat geprüft, dass {name} genau das unterschrieben hat, für Sie, und es nicht"
            " zurückgenommen hat."
        ),
        "checked_unlisted": (
            "Ihre Wallet hat geprüft, dass genau das mit dem Schlüssel von {name} unterschrieben ist, für"
            " Sie."
            " Wer das ist, dafür steht niemand Bekanntes ein."
        ),
        "only_shown": "Kann vorgezeigt, aber nicht für Berechnungen verwendet werden",
        "not_hidden": "beim Teilen nicht verborgen",
        "keep": "In meiner Wallet behalten",
        "turn_away": "Nicht behalten",
        "kept": "Der Nachweis ist in Ihrer Wallet. Dort kann ihn niemand sonst lesen.",
        "nothing_added": "Es wurde nichts hinzugefügt.",
        # Coming back from the issuer
        "failed": "Der Nachweis wurde nicht geholt",
        "start_again": "Neu beginnen",
        # A record that can only be shown
        "what": "Was darin steht",
        "who": "Wer unterschrieben hat",
        "kind": "Art",
        "signed_on": "Unterschrieben am",
        "valid_until": "Gültig bis",
        "no_end": "ohne Ende",
        "since": "In Ihrer Wallet seit",
        "state_valid": "Gültig",
        "state_expired": "Abgelaufen",
        "state_revoked": "Von der Stelle zurückgenommen",
        "state_suspended": "Ausgesetzt",
        "left": "{left} von {count} Kopien wurden noch nie vorgezeigt.",
    },
)
LANGUAGES: Final = {"en": ENGLISH, "de": GERMAN}

_TROUBLES: Final[dict[Trouble, str]] = {
    Trouble.NOT_A_LINK: (
        "Das ist kein Link für einen Nachweis. Kopieren Sie den ganzen Link, den Sie bekommen haben; er"
        " beginnt"
        " mit openid-credential-offer://"
    ),
    Trouble.UNREADABLE_OFFER: (
        "Der Link führt zu einem Angebot, das nicht gelesen werden kann. Es ging nichts verloren; bitten"
        " Sie die"
        " Stelle um einen neuen Link."
    ),
    Trouble.FOREIGN_OFFER: (
        "Der Link zeigt auf eine andere Stelle als die, von der er kommt. Deshalb wurde keine von beiden"
        " gefragt."
    ),
    Trouble.UNKNOWN_WAY: (
        "Der Link gilt nur auf einem Weg, den diese Wallet nicht kennt. Bitten Sie die Stelle um einen"
        " anderen."
    ),
    Trouble.USED_UP: (
        "Der Link wurde schon benutzt oder ist abgelaufen. Bitten Sie die Stelle um einen neuen."
    ),
    Trouble.WRONG_CODE: (
        "Die Stelle hat den Code nicht angenommen. Nach drei falschen Codes ist der Link gesperrt."
    ),
    Trouble.CODE_MISSING: (
        "Die Stelle hat Ihnen getrennt einen Code geschickt. Geben Sie ihn ein, um weiterzumachen."
    ),
    Trouble.LINK_UNKNOWN: "Dieser Nachweis wurde noch nicht geholt.",
    Trouble.INSECURE: (
        "Ihre Wallet fragt diese Adresse nicht: Sie ist nicht durch https geschützt oder liegt in einem"
        " privaten"
        " Netz. Es wurde nichts gesendet. Bitten Sie die Stelle um einen Link zu ihrer öffentlichen Adresse."
    ),
    Trouble.UNKNOWN_ANSWER: (
        "Ihre Wallet hat nicht nach dieser Antwort gefragt, oder sie wurde schon beantwortet. Es wurde nichts"
        " geholt, und es ging nichts verloren. Öffnen Sie den Link des Nachweises noch einmal."
    ),
    Trouble.OTHER_SERVER: (
        "Die Antwort kam von einem anderen Server als dem, bei dem Sie sich angemeldet haben. Ihre Wallet"
        " hat sie"
        " nicht verwendet und nichts geholt. Beginnen Sie neu, und sagen Sie es der Stelle, wenn es zweimal"
        " geschieht."
    ),
    Trouble.DECLINED: (
        "Sie oder die Stelle haben auf deren Seite abgebrochen. Es wurde nichts geholt, und Sie können neu"
        " beginnen."
    ),
    Trouble.SIGN_IN_FAILED: (
        "Die Stelle nimmt die Anmeldung nicht an: Sie ist zu alt oder wurde schon verwendet. Es ging nichts"
        " verloren; beginnen Sie neu."
    ),
    Trouble.HELD_BACK: (
        "Die Stelle gibt diesen Nachweis jetzt nicht heraus. Fragen Sie dort nach dem Grund; Ihre Wallet hat"
        " nichts davon behalten."
    ),
    Trouble.BEING_MADE: (
        "Die Stelle erstellt diesen Nachweis noch. Es geht nichts verloren: Ihre Wallet fragt wieder nach,"
        " sooft"
        " sie nach Neuem sieht."
    ),
    Trouble.LOST_TURN: (
        "Die Stelle weiß nicht mehr, dass Ihre Wallet auf diesen Nachweis wartet. Bitten Sie sie um einen"
        " neuen"
        " Link."
    ),
    Trouble.NOT_LET_IN: (
        "Diese Stelle lässt nur Wallets zu, für die ein Anbieter einsteht. Es ging nichts verloren; fragen"
        " Sie"
        " dort nach einem anderen Weg."
    ),
    Trouble.SAID_NO: (
        "Die Stelle hat abgelehnt. Es ging nichts verloren; fragen Sie dort nach, oder nehmen Sie einen neuen"
        " Link."
    ),
    Trouble.NOT_ENCRYPTED: (
        "Die Stelle hat den Nachweis ohne die zugesagte Verschlüsselung geschickt. Ihre Wallet hat ihn nicht"
        " behalten. Sagen Sie es der Stelle."
    ),
    Trouble.METADATA_ALTERED: (
        "Was die Adresse über ihre Stelle sagt, ist nicht von dieser unterschrieben. Ihre Wallet hat nichts"
        " angefragt, und der Link ist unbenutzt. Versuchen Sie es später, und sagen Sie es der Stelle."
    ),
    Trouble.UNFIT_ANSWER: (
        "Die Stelle hat etwas geantwortet, das nicht verwendet werden kann. Von Ihnen ging nichts verloren;"
        " versuchen Sie es noch einmal, und sagen Sie es der Stelle, wenn es so bleibt."
    ),
    Trouble.UNREACHABLE: (
        "Die Stelle ist jetzt nicht erreichbar. Es geht nichts verloren; versuchen Sie es später."
    ),
}
_DOUBTS: Final[dict[Doubt, str]] = {
    Doubt.UNREADABLE: "Der Nachweis hat nicht die Form von Nachweisen und wurde nicht hinzugefügt.",
    Doubt.UNTRUSTED_ISSUER: (
        "Der Nachweis wurde von jemandem unterschrieben, der nicht auf der Liste geprüfter Stellen steht."
    ),
    Doubt.ALTERED: (
        "Der Nachweis ist nicht genau das, was die Stelle unterschrieben hat, und wurde nicht hinzugefügt."
    ),
    Doubt.EXPIRED: "Der Nachweis gilt nicht mehr. Bitten Sie die Stelle um einen neuen.",
    Doubt.REVOKED: "Die Stelle hat diesen Nachweis zurückgenommen. Bitten Sie sie um einen neuen.",
    Doubt.OTHER_KEY: "Der Nachweis wurde für eine andere Wallet gemacht und nicht hinzugefügt.",
    Doubt.UNKNOWN_DATA_SET: "Diese Wallet kennt diese Art von Nachweis nicht.",
    Doubt.WRONG_COMMITMENT: (
        "Der Nachweis widerspricht dem Siegel der Stelle, sodass ihn keine Berechnung verwenden könnte."
        " Bitten Sie"
        " die Stelle, ihn neu auszustellen."
    ),
    Doubt.STATUS_UNKNOWN: (
        "Ob die Stelle diesen Nachweis zurückgenommen hat, lässt sich jetzt nicht prüfen. Versuchen Sie es"
        " später."
    ),
    Doubt.COPIES_DIFFER: (
        "Die Stelle hat mehrere Kopien des Nachweises gegeben, die nicht dasselbe sagen. Deshalb wurde keine"
        " behalten. Sagen Sie es der Stelle."
    ),
    Doubt.UNPROVEN_ISSUER: (
        "Der Schlüssel der Unterschrift ist unter der Adresse, die der Nachweis nennt, nicht zu finden. So"
        " weiß"
        " niemand, wer unterschrieben hat. Er wurde nicht hinzugefügt; die Stelle muss ihren Schlüssel"
        " veröffentlichen."
    ),
}


def said(error: WalletError, words: Words) -> str:
    """Why something failed, in a language; in English where an error has no words in another."""
    if words.language == "de":
        if isinstance(error, RefusedCredentialError):
            return _DOUBTS[error.doubt]
        if error.trouble is not None:
            return _TROUBLES[error.trouble]
    return str(error)
