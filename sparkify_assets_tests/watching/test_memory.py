"""What a sensor remembers survives as text, and text of another form is forgotten."""

import pytest

from sparkify_assets.watching.memory import Asked, Memory


def test_memory_comes_back_from_its_text() -> None:
    memory = Memory(7, {"2018-11-15": "f1"}, {"2018-11-15": Asked("f1", "key", alone=True, failed=2)}, held=1)

    assert Memory.from_text(memory.to_text()) == memory


@pytest.mark.parametrize("text", [None, "", "2018-11-15", "[]", '{"asked": {"x": {"y": 1}}}', '{"serial": null}', "7"])
def test_text_of_another_form_is_forgotten(text: str | None) -> None:
    assert Memory.from_text(text) == Memory()
