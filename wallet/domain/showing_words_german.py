"""The words of the screens on which a person shows something, in German; keys as in `showing_words`."""

from typing import Final

from wallet.domain.showing_words import ENGLISH, Words

GERMAN: Final = Words(
    "de",
    {
        "yes": "Ja",
        "no": "Nein",
        "empty": "nichts",
        "cut": "{text} … (insgesamt {length} Zeichen)",
        # Beginning
        "title": "Nachweis vorzeigen",
        "lead": (
            "Jemand möchte etwas aus Ihrer Wallet sehen? Es wird nichts gezeigt, bevor Sie Ja gesagt haben."
        ),
        "link": "Der Link oder Code",
        "link_help": (
            "Scannen Sie den Code mit der Kamera Ihres Telefons und kopieren Sie den Link, den sie "
            "zeigt. Er beginnt mit openid4vp://"
        ),
        "look": "Anfrage ansehen",
        "history": "Was Sie vorgezeigt haben",
        "waiting": "Wartet auf Sie",
        "back": "Nachweis vorzeigen",
        # The request
        "asks": "{name} möchte etwas sehen",
        "asks_lead": "Noch wurde nichts gezeigt. Hier steht Wort für Wort, was gezeigt würde.",
        "who": "Wer fragt",
        "known_registered": "Auf der Liste geprüfter Stellen",
        "known_certified": "Von einer bekannten Stelle bestätigt",
        "known_named": "Nicht auf der Liste geprüfter Stellen",
        "known_unsigned": "Niemand weiß, wer das ist",
        "about_registered": "Ihre Wallet hat geprüft, dass die Anfrage von dieser Stelle kommt.",
        "about_certified": (
            "Eine Stelle, die Ihre Wallet kennt, bestätigt, dass die Anfrage von {name} kommt. Auf der "
            "Liste geprüfter Stellen steht der Name nicht."
        ),
        "about_named": (
            "Sicher ist nur, dass Ihre Antwort an {host} geht und an niemanden sonst. Keine Stelle, die "
            "Ihre Wallet kennt, sagt, wer das ist. Teilen Sie nur, wenn Sie das kennen und erwartet "
            "haben."
        ),
        "about_unsigned": (
            "Die Anfrage ist nicht unterschrieben. Das kommt vor, wenn jemand etwas ausprobiert, im "
            "Ernst nie. Teilen Sie nur, was erfunden ist."
        ),
        "goes_to": "Ihre Antwort geht an",
        "calls_itself": "Es nennt sich selbst",
        "travels": "Unterwegs ist sie",
        "travels_encrypted": "so verschlüsselt, dass nur lesen kann, wer fragt",
        "travels_open": "durch die Verbindung zu {host} geschützt",
        "why": "Warum",
        "why_none": "Die Anfrage nennt keinen Grund. Fragen Sie danach, wenn er nicht klar ist.",
        "until": "Sie können bis {moment} antworten.",
        "opened_before": (
            "Sie haben diese Anfrage schon einmal geöffnet. Es ist dieselbe, und sie kann einmal "
            "beantwortet werden."
        ),
        "transaction": "Sie stimmen auch dem hier zu",
        "transaction_lead": (
            "Es wird zusammen mit dem unterschrieben, was Sie zeigen, und lässt sich nicht zurücknehmen."
        ),
        "transaction_payment": "Eine Zahlung",
        "transaction_agreement": "Eine Vereinbarung",
        "member_amount": "Betrag",
        "member_currency": "Währung",
        "member_payee": "Geht an",
        "member_reference": "Verwendungszweck",
        "member_text": "Text",
        "claim_sub": "Nummer oder Name der Person, um die es geht",
        "claim_jti": "Nummer dieses Nachweises",
        "what": "Was gezeigt würde",
        "choose_set": "Was davon möchten Sie zeigen?",
        "gives_reason": "{name} nennt diesen Grund: „{purpose}“",
        "choose_one": "Wählen Sie, was Sie zeigen",
        "choose_many": "Wählen Sie eines oder mehrere",
        "leave_out": "Nichts davon",
        "if_chosen": "Es wird nur gezeigt, wenn Sie es oben wählen.",
        "optional": "Das müssen Sie nicht zeigen.",
        "alternative": "Möglichkeit {number}",
        "from_issuer": "unterschrieben von {issuer}",
        "nothing_asked": "Nichts von dem, was darin steht; nur, dass Sie ihn haben.",
        "always": "wird mit diesem Nachweis immer gezeigt",
        "yes_or_no": "nur dieses Ja oder Nein und nichts, woraus es sich ergibt",
        "what_not": "Alles andere in Ihrer Wallet bleibt verborgen.",
        "learns": "Woran man Sie wiedererkennt",
        "learns_envelope": (
            "Jeder Nachweis zeigt auch, wer ihn wann unterschrieben hat, bis wann er gilt, wo man "
            "nachsieht, ob er noch gilt, und eine Nummer, an der man ihn wiedererkennt."
        ),
        "learns_fresh": (
            "{title}: eine frische Kopie, die noch niemand gesehen hat. Sie hat eigene Nummern; an ihnen "
            "merkt niemand, dass Sie den Nachweis auch anderswo gezeigt haben."
        ),
        "learns_reused": (
            "{title}: Es sind zu wenige Kopien übrig, die noch niemand gesehen hat. Wer die gezeigte kennt, "
            "erkennt sie wieder. Bitten Sie {issuer} um neue Kopien."
        ),
        "learns_own": (
            "{title}: Ihre Wallet hat keine Kopien davon. Alle, denen Sie diesen Nachweis zeigen, und "
            "der Marktplatz, wenn Sie ihn dort teilen, erkennen, dass es derselbe ist."
        ),
        "learns_values": (
            "Was Sie zeigen, bleibt bekannt: Niemand muss es wieder vergessen. Seltene Angaben können "
            "auch ohne Namen verraten, wer Sie sind."
        ),
        "share": "Teilen",
        "dont_share": "Nicht teilen",
        "decline_hint": (
            "Wenn Sie nicht teilen, erfährt die fragende Stelle, dass Sie Nein gesagt haben, und sonst "
            "nichts: nicht einmal, ob Sie das Gewünschte haben."
        ),
        "missing": "In Ihrer Wallet ist nichts, was passt",
        "missing_text": (
            "Es müsste sein: {kinds}. Die fragende Stelle erfährt nicht, dass Sie es nicht haben."
        ),
        "missing_lead": "Es wurde nichts gezeigt, und es kann nichts gezeigt werden.",
        "any_kind": "ein Nachweis der Art „{kind}“",
        "look_again": "Bitte sehen Sie eine Sache noch einmal an",
        "choose_missing": "Wählen Sie hier, was Sie zeigen möchten.",
        "choose_confirm": (
            "Mit dieser Auswahl würde nichts bestätigen, wozu Sie zustimmen. Wählen Sie einen anderen "
            "Nachweis."
        ),
        "choose_changed": (
            "Etwas hat sich geändert, seit Sie die Seite geöffnet haben; darum wurde nichts gezeigt. Lesen "
            "Sie sie noch einmal und entscheiden Sie dann."
        ),
        "choose_less": (
            "Das ist mehr, als sich auf einmal zeigen lässt; darum wurde nichts gezeigt. Wählen Sie weniger."
        ),
        "details": "Für Fachleute",
        "identifier": "Kennung",
        # The outcome
        "shown_title": "{name} hat es gesehen",
        "shown_text": "Es wurde angenommen. Die fragende Stelle kann jetzt weitermachen.",
        "onward": "Weiter bei {host}",
        "declined_title": "Sie haben nichts geteilt",
        "declined_text": "{name} erfuhr, dass Sie Nein gesagt haben, und sonst nichts.",
        "declined_untold": (
            "Ob {name} davon erfuhr, ist nicht sicher. Aus Ihrer Wallet wurde nichts gezeigt."
        ),
        "refused_title": "{name} hat es nicht angenommen",
        "unsent_title": "Es ist nicht sicher, ob Ihre Antwort ankam",
        "unsent_text": (
            "{name} war nicht zu erreichen oder konnte Ihre Antwort gerade nicht prüfen. Ihre Wallet hat "
            "die Antwort aufgehoben. Sie kann unverändert noch einmal gesendet werden; gezeigt wird "
            "dabei nichts Neues."
        ),
        "unsent_over": (
            "{name} war nicht zu erreichen oder konnte Ihre Antwort nicht prüfen. Ihre Wallet hebt die "
            "Antwort nicht länger auf und sendet sie nicht noch einmal."
        ),
        "give_up": "Nicht noch einmal senden",
        "send_again": "Noch einmal senden",
        "over_title": "Diese Anfrage ist abgelaufen",
        "over_text": "Es wurde nichts gezeigt. Beginnen Sie dort neu, wo Sie gefragt wurden.",
        "home": "Zurück zu meiner Wallet",
        "already": "Sie haben diese Anfrage schon beantwortet. Eine Anfrage kann einmal beantwortet werden.",
        "reason_code": "Der Grund im Wortlaut der fragenden Stelle: {reason}",
        "reason_revoked": (
            "Der Aussteller hat den Nachweis zurückgenommen. Fragen Sie ihn nach dem Grund; Sie brauchen "
            "einen neuen."
        ),
        "reason_suspended": (
            "Der Aussteller hat den Nachweis ausgesetzt. Fragen Sie ihn nach dem Grund; er kann später "
            "wieder gelten."
        ),
        "reason_expired": "Der Nachweis ist abgelaufen. Bitten Sie den Aussteller um einen neuen.",
        "reason_not_yet_valid": (
            "Der Nachweis gilt noch nicht. Warten Sie, bis er gilt, und beginnen Sie dann neu."
        ),
        "reason_untrusted_issuer": (
            "Der Aussteller des Nachweises zählt dort nicht. Fragen Sie, welche Aussteller zählen."
        ),
        "reason_status_unavailable": (
            "Der Aussteller war nicht zu fragen, ob der Nachweis noch gilt. Senden Sie die Antwort in "
            "ein paar Minuten noch einmal."
        ),
        "reason_session_expired": "Die Antwort kam zu spät. Beginnen Sie dort neu, wo Sie gefragt wurden.",
        "reason_session_used": (
            "Die Anfrage wurde schon beantwortet, vielleicht von einem anderen Gerät. Beginnen Sie dort "
            "neu, wo Sie gefragt wurden."
        ),
        "reason_query_not_satisfied": (
            "In der Antwort fehlte etwas Gewünschtes. Beginnen Sie neu und wählen Sie anders."
        ),
        "reason_bound_in_future": (
            "Die Uhr Ihrer Wallet geht vor. Lassen Sie sie stellen und beginnen Sie dann neu."
        ),
        "reason_bound_too_long_ago": (
            "Bis die Antwort ankam, verging zu viel Zeit. Beginnen Sie dort neu, wo Sie gefragt wurden."
        ),
        "reason_wrong_transaction_data": (
            "Wozu Sie zugestimmt haben, kam nicht so an, wie es gemeint war. Beginnen Sie dort neu, wo "
            "Sie gefragt wurden."
        ),
        "reason_other": (
            "Die Antwort ließ sich dort nicht prüfen. Verloren ist nichts. Beginnen Sie dort neu, wo Sie "
            "gefragt wurden; geschieht es wieder, sagen Sie es dort."
        ),
        # Refused requests
        "doubt_title": "Diese Anfrage wurde nicht geöffnet",
        "doubt_told": "Aus Ihrer Wallet wurde nichts gezeigt, und wer sie geschickt hat, erfuhr nichts.",
        "doubt_not_a_link": (
            "Das ist kein Link zu einer Anfrage. Kopieren Sie den ganzen Link, den Sie bekommen haben, "
            "oder scannen Sie den Code noch einmal."
        ),
        "doubt_not_fetched": (
            "Die Anfrage war dort nicht zu holen, wohin der Link führt. Versuchen Sie es gleich noch "
            "einmal, oder beginnen Sie dort neu, wo Sie gefragt wurden."
        ),
        "doubt_not_proved": (
            "Wer die Anfrage geschickt hat, konnte nicht beweisen, wer er ist. Vielleicht wurde sie "
            "unterwegs verändert. Beginnen Sie dort neu, wo Sie gefragt wurden, und nur, wenn Sie dieser "
            "Stelle vertrauen."
        ),
        "doubt_unsigned": (
            "Die Anfrage ist nicht unterschrieben; niemand kann sagen, wer fragt. Bitten Sie um eine "
            "unterschriebene."
        ),
        "doubt_malformed": (
            "Die Anfrage hat nicht die vereinbarte Form oder war für jemand anderen bestimmt. Das müssen "
            "die Fragenden beheben; sagen Sie ihnen, was unten steht."
        ),
        "doubt_over": "Die Anfrage ist abgelaufen. Beginnen Sie dort neu, wo Sie gefragt wurden.",
        "doubt_unknown_kind": "Die Anfrage will Nachweise in einer Form, die diese Wallet nicht führt.",
        "doubt_unknown_transaction": (
            "Sie sollen einer Sache zustimmen, die diese Wallet nicht in Worte fassen kann. Stimmen Sie "
            "nicht zu, was Sie nicht lesen können."
        ),
        "doubt_too_much": (
            "Die Anfrage will so viel auf einmal, dass niemand lesen könnte, was gezeigt würde. Wer fragt, "
            "muss weniger verlangen."
        ),
        "doubt_answered": (
            "Sie haben diese Anfrage schon beantwortet. Eine Anfrage kann einmal beantwortet werden."
        ),
        # History
        "history_lead": (
            "Jede Anfrage, die Sie beantwortet haben: wer gefragt hat, wann, und welche Teile Ihrer "
            "Nachweise dem Namen nach. Was darin stand, wird hier nicht aufgehoben."
        ),
        "history_empty": "Sie haben niemandem etwas gezeigt",
        "history_empty_text": "Jedes Mal, wenn Sie etwas teilen oder es ablehnen, steht es hier.",
        "state_waiting": "Nicht beantwortet",
        "state_unsent": "Nicht sicher",
        "state_shown": "Gezeigt",
        "state_declined": "Sie haben abgelehnt",
        "state_refused": "Nicht angenommen",
        "traces_fresh": "eine Kopie, die einmal gezeigt wurde",
        "traces_reused": "eine Kopie, die schon gezeigt worden war",
        "traces_own": "der Nachweis selbst",
        "only_that_held": "nur, dass Sie ihn haben",
    },
)
LANGUAGES: Final = {"en": ENGLISH, "de": GERMAN}
