"""``seeds/README.md`` is what the declarations say."""

from __future__ import annotations

from corridors import schema
from corridors import seeds as seed_tables
from corridors.exchange import tables_doc
from tests import tiny


def test_the_bundled_page_is_the_one_that_would_be_written(bundled):
    folder = bundled.seeds.folder
    written = (folder / "README.md").read_text(encoding="utf-8")
    assert written == tables_doc.readme(bundled.seeds), (
        "run python -m corridors.exchange.tables_doc"
    )


def test_every_column_and_parameter_has_a_line(bundled):
    lines = tables_doc.readme(bundled.seeds).splitlines()
    for table in schema.TABLES:
        start = lines.index(f"## {table}.csv")
        named = [line.split("`")[1] for line in lines[start + 6 :] if line.startswith("| `")]
        wanted = list(schema.columns(table))
        assert named[: len(wanted)] == wanted
    for name, (unit, low, high, meaning) in schema.PARAMETERS.items():
        line = next(line for line in lines if line.startswith(f"| `{name}` | {unit} |"))
        assert f"{low:g} to {high:,.12g}" in line
        assert meaning in line


def test_it_is_written_into_the_folder_that_is_named(tmp_path, monkeypatch, capsys):
    folder = tiny.draw(tmp_path / "seeds", "a -- road 10 -- b")
    monkeypatch.setattr("sys.argv", ["tables_doc", str(folder)])
    tables_doc.main()
    assert "wrote" in capsys.readouterr().out
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text == tables_doc.readme(seed_tables.read(folder))
    assert text.startswith("# seeds\n")
