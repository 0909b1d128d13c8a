"""Files written beside their place: links followed, devices left what they are."""

from __future__ import annotations

import os
import threading

import pytest

import corridors as co
from corridors.files import beside, write_text


def test_a_link_is_followed(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to(real)
    assert write_text(link, "new") == link
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_what_is_no_file_is_written_to_as_it_is(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "through")
    reader.join(10)
    assert read == ["through"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["", "."])
def test_a_folder_is_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(co.CorridorsError, match="is a folder; name a file in it"):
        write_text(name, "text")


@pytest.mark.parametrize("write", [write_text, lambda path, _: beside(path).__enter__()])
def test_where_nothing_can_be_written_the_place_is_named(tmp_path, write):
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(co.CorridorsError, match=r"cannot write .*file/inside"):
        write(tmp_path / "file" / "inside", "text")


def test_nothing_is_left_behind_by_a_failure(tmp_path):
    with pytest.raises(ZeroDivisionError), beside(tmp_path / "out") as made:
        made.write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []
