"""Importing: one transaction, editions, differences, refusals; on a real PostgreSQL, as the application's role."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from finess.gateway.errors import BrokenRegister
from finess.gateway.synthetic.writer import write
from finess.models import ImportRemark
from finess.queries.edition import find_current_edition, list_editions, list_remarks
from finess.queries.structure import find_establishment, get_legal_entity, list_establishments
from finess.rules import edition as rules
from finess.service.register import Imported, import_register, register_age
from kit import clock
from kit.actor import Actor, operator
from kit.errors import Conflict, Unauthenticated
from kit.storage import storage
from kit.transaction import transaction
from tests.finess.structures import ej, et, etalab, etalab_ej, etalab_et, finess_plus, number

pytestmark = pytest.mark.usefixtures("empty_register")
OPERATOR = operator("tests")
A, B, C = number(1), number(2), number(3)
A1, A2, B1, C1 = number(11), number(12), number(21), number(31)


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Imported]:
    """Write a FINESS+ file and import it."""

    def imported(*entities: object, **options: object) -> Imported:
        made_at = str(options.pop("made_at", "2026-11-20T04:00:00Z"))
        path = finess_plus(tmp_path / "register.json", *entities, made_at=made_at)
        return import_register(OPERATOR, [path], allow_shrink="allow_shrink" in options)

    return imported


def remarks(edition: int, severity: str) -> list[ImportRemark]:
    with transaction(OPERATOR) as tx:
        return list(list_remarks(tx.session, edition, severity))


def rows(database: str) -> list[tuple[object, ...]]:
    """Every row of the register, with where PostgreSQL keeps it: a row that was rewritten has moved."""
    with psycopg.connect(database) as connection:
        return connection.execute(
            "select 'ej', finess_ej, first_edition, last_edition, ctid::text from legal_entity union all "
            "select 'et', finess_et, first_edition, last_edition, ctid::text from establishment order by 1, 2, 3"
        ).fetchall()


def test_a_first_edition(load: Callable[..., Imported]) -> None:
    done = load(ej(A, et(A1), et(A2, state="I", closed="2020-01-01")), ej(B, state="I", closed="2019-03-03"))
    assert (done.is_new, done.warnings, done.edition.source) == (True, (), "finess_plus")
    assert done.edition.generated_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert done.edition.counts == {
        "ej": 2,
        "ej_open": 1,
        "et": 2,
        "et_open": 1,
        "et_open_without_category": 0,
        "rejected": 0,
        "warnings": 0,
    }
    assert done.edition.difference["et"] == {"added": 2, "removed": 0, "changed": 0, "opened": 1, "closed": 0}
    with transaction(OPERATOR) as tx:
        entity = get_legal_entity(tx.session, done.edition.id, A)
        inside = list_establishments(tx.session, done.edition.id, A)
    assert (entity.department, entity.town, entity.name) == ("35", "RENNES", "ASSOCIATION LES TILLEULS")
    assert [(one.finess_et, one.is_open) for one in inside] == [(A1, True), (A2, False)]


def test_what_did_not_change_is_not_written(load: Callable[..., Imported], empty_register: str) -> None:
    first = load(ej(A, et(A1), et(A2)), ej(B, et(B1))).edition.id
    before = rows(empty_register)
    done = load(ej(A, et(A1), et(A2, state="I", closed="2026-11-01")), ej(C, et(C1)), made_at="2026-11-21T04:00:00Z")
    second = done.edition.id
    assert done.edition.difference == {
        "ej": {"added": 1, "removed": 1, "changed": 0, "opened": 1, "closed": 1},
        "et": {"added": 1, "removed": 1, "changed": 1, "opened": 1, "closed": 2},
    }
    after = rows(empty_register)
    untouched = {row for row in before if row[1] in (A, A1)}
    assert untouched <= set(after)
    assert [row[:4] for row in after] == [
        *(("ej", A, first, None), ("ej", B, first, first), ("ej", C, second, None)),
        *(("et", A1, first, None), ("et", A2, first, first), ("et", A2, second, None)),
        *(("et", B1, first, first), ("et", C1, second, None)),
    ]
    with transaction(OPERATOR) as tx:
        then, now = (find_establishment(tx.session, edition, A2) for edition in (first, second))
        gone = find_establishment(tx.session, second, B1)
    assert then
    assert now
    assert (then.is_open, now.is_open, gone) == (True, False, None)


def test_the_same_file_changes_nothing(load: Callable[..., Imported], empty_register: str) -> None:
    first = load(ej(A, et(A1)))
    before = rows(empty_register)
    again = load(ej(A, et(A1)))
    assert (again.is_new, again.edition.id) == (False, first.edition.id)
    assert rows(empty_register) == before


def test_an_older_file_is_taken_and_said(load: Callable[..., Imported]) -> None:
    load(ej(A, et(A1)))
    done = load(ej(A, et(A1)), made_at="2026-10-01T04:00:00Z")
    assert done.is_new
    assert "ATTENTION" in done.warnings[0]
    assert "1er\xa0octobre 2026" in done.warnings[0]
    assert done.edition.difference["et"]["changed"] == 0


def test_a_file_from_the_future_is_taken_and_said(load: Callable[..., Imported]) -> None:
    assert "une date à venir" in load(ej(A, et(A1)), made_at="2999-01-01T04:00:00Z").warnings[0]


def test_nothing_in_a_record_breaks_the_database(load: Callable[..., Imported]) -> None:
    wild = {"name": "É" * 5000, "town": "X" * 5000, "siret": "9" * 5000, "category": "8" * 5000, "postal": "\\\t\n"}
    done = load(ej(A, et(A1, **wild), et(A2, name="' & | ! :* \\ <-> \ud800 \x00"), siren="7" * 5000))
    assert (done.edition.counts["et"], done.edition.counts["rejected"]) == (2, 0)


def test_a_broken_file_changes_nothing(load: Callable[..., Imported], tmp_path: Path, empty_register: str) -> None:
    first = load(ej(A, et(A1)))
    before = rows(empty_register)
    whole = finess_plus(
        tmp_path / "next.json", *(ej(number(n), et(number(n + 500))) for n in range(40, 90))
    ).read_bytes()
    cut = tmp_path / "cut.json"
    for length in range(200, len(whole) - 1, 3331):
        cut.write_bytes(whole[:length])
        with pytest.raises(BrokenRegister):
            import_register(OPERATOR, [cut])
    assert rows(empty_register) == before
    with transaction(OPERATOR) as tx:
        assert [edition.id for edition in list_editions(tx.session)] == [first.edition.id]


def test_rejected_records_are_reported_and_the_rest_goes_in(load: Callable[..., Imported]) -> None:
    failed = A[:8] + str((int(A[8]) + 1) % 10)
    strange = ej("12", et(C1))
    done = load(
        ej(A, et(A1), et(A1, name="TWICE"), et("35000000X"), et(B1, commune="nowhere")),
        strange,
        {"informationsGeneralesPMEJ": {}},
        ej(failed, et(A2)),
        "not a record",
    )
    found = [(remark.position, remark.number, remark.reason) for remark in remarks(done.edition.id, "rejected")]
    assert found == [
        ("pmej[0].ege[1]", A1, "numéro déjà lu plus haut dans le fichier"),
        ("pmej[0].ege[2]", "35000000X", "«\xa035000000X\xa0» n’a pas la forme d’un numéro FINESS"),
        ("pmej[1]", "12", "«\xa012\xa0» n’a pas la forme d’un numéro FINESS"),
        ("pmej[1].ege[0]", C1, "entité juridique «\xa012\xa0» qui n’a pas la forme d’un numéro FINESS"),
        ("pmej[2]", None, "numéro FINESS absent"),
        ("pmej[4]", None, "ce n’est pas un enregistrement d’entité juridique"),
    ]
    warned = [(remark.number, remark.reason[:20]) for remark in remarks(done.edition.id, "warning")]
    assert warned == [(B1, "code de commune «\xa0no"), (B1, "établissement ouvert"), (failed, "la clé du numéro ne ")]
    counts = done.edition.counts
    assert (counts["ej"], counts["et"], counts["rejected"], counts["warnings"]) == (2, 3, 6, 3)


def test_a_national_register_may_not_shrink(load: Callable[..., Imported], monkeypatch: pytest.MonkeyPatch) -> None:
    # The real threshold is 10,000 open ET, which would only make this slower.
    monkeypatch.setattr(rules, "shrink", partial(rules.shrink, national_from=2))
    first = load(*(ej(number(n), et(number(n + 50))) for n in range(1, 11)))
    fewer = [ej(number(n), et(number(n + 50))) for n in range(1, 9)]
    with pytest.raises(Conflict, match="perdre plus de 10") as caught:
        load(*fewer)
    assert "8 établissements ouverts au lieu de 10 et 8 entités juridiques ouvertes" in caught.value.sentence
    with transaction(OPERATOR) as tx:
        current = find_current_edition(tx.session)
    assert current
    assert current.id == first.edition.id
    assert load(*fewer, allow_shrink=True).is_new


def test_an_empty_register_is_refused(load: Callable[..., Imported]) -> None:
    with pytest.raises(BrokenRegister, match="Aucun enregistrement"):
        load()


def test_two_imports_do_not_mix(tmp_path: Path, empty_register: str) -> None:
    path = finess_plus(tmp_path / "r.json", ej(A, et(A1)))
    with psycopg.connect(empty_register) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [0x46494E455353])
        with pytest.raises(Conflict, match="Un autre import"):
            import_register(OPERATOR, [path])
    assert import_register(OPERATOR, [path]).is_new


def test_legacy_extracts_of_one_day_make_one_edition(tmp_path: Path) -> None:
    places = etalab(tmp_path / "502.csv", etalab_et(A1, A), etalab_et(B1, B, department="9A", commune="123"))
    entities = etalab(tmp_path / "501.csv", etalab_ej(A))
    done = import_register(OPERATOR, [places, entities])
    assert done.edition.file_name == "502.csv + 501.csv"
    assert any("Format historique" in warning for warning in done.warnings)
    with transaction(OPERATOR) as tx:
        known, unnamed = (get_legal_entity(tx.session, done.edition.id, one) for one in (A, B))
        island = find_establishment(tx.session, done.edition.id, B1)
    assert (known.name, known.legal_status_code) == ("ASSOCIATION LES TILLEULS", "60")
    # Known by its number alone: predicates on it answer « information missing ».
    assert (unnamed.name, unnamed.legal_status_code, unnamed.department, unnamed.is_open) == (None, None, None, True)
    assert island
    assert island.department == "971"
    assert import_register(OPERATOR, [entities, places]).is_new is False


def test_a_finess_plus_file_comes_alone(tmp_path: Path) -> None:
    with pytest.raises(BrokenRegister, match="à lui seul"):
        import_register(OPERATOR, [finess_plus(tmp_path / "r.json", ej(A)), etalab(tmp_path / "e.csv", etalab_ej(A))])
    with pytest.raises(BrokenRegister, match="Aucun fichier"):
        import_register(OPERATOR, [])


def test_nobody_but_the_operator_imports(tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated):
        import_register(Actor("anonymous", None), [finess_plus(tmp_path / "r.json", ej(A))])


def test_the_age_of_the_register(load: Callable[..., Imported]) -> None:
    def level(at: datetime) -> str:
        with clock.frozen(at), transaction(OPERATOR) as tx:
            return register_age(tx).level

    assert level(datetime(2026, 11, 20, tzinfo=UTC)) == "alarm"
    load(ej(A, et(A1)))
    days = {20: "fresh", 27: "fresh", 28: "warning"}
    assert {day: level(datetime(2026, 11, day, 3, tzinfo=UTC)) for day in days} == days
    assert level(datetime(2026, 12, 26, tzinfo=UTC)) == "alarm"


def test_progress_goes_up_to_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "r.json.gz"
    write(path, 1, 0.02, datetime(2026, 11, 20, tzinfo=UTC))
    told: list[tuple[int, int, int]] = []
    import_register(OPERATOR, [path], progress=lambda *figures: told.append(figures))
    assert told == sorted(told)
    assert told[-1] == (1964 + 3494, path.stat().st_size, path.stat().st_size)


def test_the_real_samples(real_data: Path) -> None:
    names = ("sample-finess-structures-20260309.json", "sample-etalab-cs1100502-20260512.csv")
    first, second = (import_register(OPERATOR, [real_data / name]) for name in names)
    assert (first.edition.counts["ej"], first.edition.counts["et"]) == (3, 2)
    assert (second.edition.counts["ej"], second.edition.counts["et_open"]) == (12, 13)
    assert second.edition.difference["et"] == {"added": 13, "removed": 2, "changed": 0, "opened": 13, "closed": 1}


def test_the_file_of_an_edition_is_kept_as_it_came(load: Callable[..., Imported]) -> None:
    """Its SHA-256 is that of the bytes it came from, which can be shown again."""
    edition = load(ej(A, [et(A1)])).edition
    with storage().open(f"register/{edition.sha256}") as file:
        assert sha256(file.read()).hexdigest() == edition.sha256
