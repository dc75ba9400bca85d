"""Checks that a child was refused, and why."""

from __future__ import annotations

from tests.interpreters.response import Response
from tests.judging.requirement import Place, Shortfall, Symptom


def check_not_offered(response: Response, section: str) -> str:
    """Check that the child was refused, as it has to be where a pair does not offer something.

    Returns:
        the refusal.

    Raises:
        Shortfall: it works.
        MissingSection: the child was lost.
    """
    error = response.error(section)
    if error is None:
        response[section]
        raise Shortfall("it is not offered by this pair, and works", expected="a refusal")
    return f"{error['type']}: {error['message']}"


def check_refused(response: Response, missing: str) -> str:
    """Check that the child was refused when it loaded, or at the latest when it asked, and told what is missing.

    Returns:
        the refusal.

    Raises:
        Shortfall: it was not refused, or the refusal does not contain `missing`.
        MissingSection: the child was lost.
    """
    error = response.error("load")
    if error is None:
        response["load"]
        raised = [answer.get("raised") for answer in response["answers"]]
        if not all(raised):
            raise Shortfall(
                "it loads without what it needs",
                expected=f"a refusal that names {missing}",
                seen="a model",
                places=(Place(f"{missing}: accepted"),),
                lost_refusal=True,
            )
        error = raised[0]
    refusal = f"{error['type']}: {error['message']}"
    if missing not in refusal:
        raise Shortfall(
            f"the refusal does not name what is missing: {refusal}",
            expected=missing,
            seen=refusal,
            symptom=Symptom.EXCEPTION,
            exception=error["type"],
            places=(Place(f"{missing}: not named"),),
            lost_refusal=True,
        )
    return refusal
