"""Scores, verdicts and sessions: what counts as killed, when it is enough, what is kept."""

from dataclasses import replace

import pytest
from scipy import stats

pytest.importorskip("cosmic_ray", reason="the extra dev is not installed")

from mutants import scores
from mutants.session import Result, Session, evidence, result_of
from mutants.trusted import Module, Reviewed
from mutants.workshop import Answer


@pytest.fixture
def module() -> Module:
    found = Module("a.py", "small", ("tests",))
    vars(found)["source"] = "def f(x):\n    return x + 1 < 2\n"
    return found


@pytest.fixture
def session(module, tmp_path):
    with Session(module, tmp_path, "now") as one:
        yield one


def found_with(session, fates: str, reasons: str = "") -> list[scores.Tried]:
    """One letter a mutant: k(illed), s(urvived), t(imeout), i(mport); e where it is named equivalent."""
    words = {"k": "killed", "s": "survived", "t": "timeout", "i": "import"}
    return [
        scores.Tried(mutant, Result(words[fate], "now", 1.0), "said so" if reason == "e" else "")
        for mutant, fate, reason in zip(session.mutants.values(), fates, reasons.ljust(len(fates)), strict=False)
    ]


def test_the_score_is_of_those_that_could_be_killed(session):
    counted = scores.counts(found_with(session, "kkstis", "     e"))
    assert counted == {
        "tried": 6, "killed": 4, "import": 1, "timeout": 1, "equivalent": 1, "survived": 1, "score": 0.8
    }  # fmt: skip
    assert scores.counts([])["score"] is None


def outcome(session, fates: str, reasons: str = "", mutants: int | None = None) -> dict:
    """All mutants were run, if `mutants` is left out."""
    return scores.summary(found_with(session, fates, reasons), {"a.py": mutants or len(fates)}, {"seed": 1})


def counted(killed: int, survived: int, mutants: int | None = None) -> dict:
    tried = killed + survived
    return {
        "tried": tried, "mutants": mutants or tried, "score": killed / tried, "misnamed": [],
        "at_least": scores.at_least(killed, survived), "at_most": scores.at_most(killed, survived),
    }  # fmt: skip


def test_it_holds_from_the_required_share_on_and_never_with_a_wrong_review(session):
    assert scores.holds(outcome(session, "kkkk"))
    assert scores.holds(outcome(session, "kkks", "   e"))
    assert not scores.holds(outcome(session, "kkks"))
    assert not scores.holds(outcome(session, "kkkk", "   e"))  # named equivalent, and killed
    assert not scores.holds(outcome(session, ""))
    edge = outcome(session, "kkkk")
    assert scores.holds(edge | {"score": 0.95}) and not scores.holds(edge | {"score": 0.9499})


def test_a_sample_is_refused_only_if_it_shows_that_too_few_are_killed():
    assert not scores.holds(counted(3, 1)), "all of them: the score decides"
    assert scores.holds(counted(3, 1, mutants=1000)), "one survivor of four may be chance"
    assert scores.holds(counted(223, 17, mutants=1000)) and not scores.holds(counted(223, 17))
    assert not scores.holds(counted(215, 25, mutants=1000))
    assert not scores.holds(counted(0, 4, mutants=1000))
    assert not scores.holds(counted(240, 0, mutants=1000) | {"misnamed": ["one"]})


@pytest.mark.parametrize("size", [5, 60, 240])
def test_a_sample_is_refused_by_chance_as_rarely_as_is_stated(size):
    """Where exactly the required share would be killed; where half survive, it is refused nearly always."""
    few = [s for s in range(size + 1) if not scores.holds(counted(size - s, s, mutants=10 * size))]
    assert stats.binom.pmf(few, size, 1 - scores.REQUIRED).sum() <= 0.01
    assert stats.binom.pmf(few, size, 0.5).sum() > (0.4 if size == 5 else 0.999)


def test_the_table_says_what_a_sample_shows():
    def said(result: dict) -> str:
        whole = dict.fromkeys(("killed", "import", "timeout", "equivalent", "survived"), 0)
        return scores.table(whole | result | {"by_module": {}})

    assert "does not decide" in said(counted(58, 2, 1000)) and "too few" in said(counted(30, 30, 1000))
    assert "shows that enough are" in said(counted(400, 1, 1000)) and "sample" not in said(counted(400, 1))


def test_what_is_known_beyond_the_first_that_was_not_run_does_not_count(session, tmp_path):
    (tmp_path / "none.toml").write_text("")
    first, second, third, fourth = list(session.mutants.values())[:4]
    known = {one.key: Result("killed", "now", 1.0) for one in (first, third, fourth)}
    drawn = [third, first, second, fourth]
    found = scores.tried(drawn, known, Reviewed(tmp_path / "none.toml"))
    assert [one.mutant for one in found] == [third, first]
    assert scores.tried([second, first], known, Reviewed(tmp_path / "none.toml")) == []


def test_the_lower_limit_is_the_share_at_which_so_few_survivors_would_be_rare():
    limit = scores.at_least(57, 3)
    assert stats.binom.cdf(3, 60, 1 - limit) == pytest.approx(0.01, rel=1e-9)
    assert scores.at_least(60, 0) == pytest.approx(0.01 ** (1 / 60), rel=1e-12)
    assert scores.at_least(0, 5) == 0


def test_the_upper_limit_is_the_share_at_which_so_many_survivors_would_be_rare():
    limit = scores.at_most(50, 10)
    assert stats.binom.sf(9, 60, 1 - limit) == pytest.approx(0.01, rel=1e-9)
    assert scores.at_most(0, 60) == pytest.approx(1 - 0.01 ** (1 / 60), rel=1e-9)
    assert scores.at_most(60, 0) == 1


def test_table_and_listing_show_every_survivor(session):
    result = outcome(session, "ksk", "  e")
    table, listing = scores.table(result), scores.listing(result)
    assert "| a.py |" in table and "| all |" in table and "50.0 %" in table
    assert "Survivors: 1" in listing and "but killed: 1" in listing
    assert listing.count("```diff") == 2 and "-    return x + 1 < 2" in listing


def test_a_session_keeps_what_was_found_with_the_same_evidence(session, module, tmp_path):
    first, second, *_ = session.mutants
    session.store(first, Result("killed", "now", 1.0, "FAILED tests/a.py::test"))
    session.store(second, Result("survived", "now", 2.0))
    with Session(module, tmp_path, "now") as again:
        assert again.results == session.results and again.results[first].said == "FAILED tests/a.py::test"
    with Session(module, tmp_path, "later", trust_kills=True) as later:
        assert set(later.results) == {first}
    with Session(module, tmp_path, "later still") as fresh:
        assert fresh.results == {}


def test_a_session_forgets_mutants_of_lines_that_are_gone(module, tmp_path):
    with Session(module, tmp_path, "now") as one:
        for key in one.mutants:
            one.store(key, Result("killed", "now", 1.0))
        count = len(one.mutants)
    changed = replace(module)
    vars(changed)["source"] = "import math\n\n\ndef f(x):\n    return x + 1 < 3\n"
    with Session(changed, tmp_path, "now") as other:
        assert len(other.mutants) == count and other.results == {}
    moved = replace(module)
    vars(moved)["source"] = "import math\n\n\ndef f(x):\n    return x + 1 < 2\n"
    with Session(module, tmp_path, "now") as one:
        one.store(next(iter(one.mutants)), Result("killed", "now", 1.0))
    with Session(moved, tmp_path, "now") as other:
        assert len(other.results) == 1


@pytest.mark.parametrize(
    ("outcome", "fate"), [("failed", "killed"), ("import", "import"), ("timeout", "timeout"), ("passed", "survived")]
)
def test_an_answer_is_a_fate(outcome, fate):
    text = "..F\nFAILED tests/a.py::test_b - assert 1 == 2\n"
    found = result_of(Answer(outcome, 1.5, text), "now")
    assert (found.fate, found.seconds, found.evidence) == (fate, 1.5, "now")
    assert found.said.startswith("FAILED tests/a.py::test_b")


def test_an_answer_that_says_nothing_is_no_result():
    with pytest.raises(RuntimeError, match="could not run"):
        result_of(Answer("error", 1.0, "usage: pytest"), "now")


def test_the_evidence_is_the_same_twice():
    assert evidence() == evidence()
