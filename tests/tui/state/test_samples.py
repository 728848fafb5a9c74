from markdown_it import MarkdownIt

from tui.client.contract import Draft
from tui.state.samples import AUTHOR, SAMPLES


def test_the_backends_accept_the_sample_blogs():
    for sample in SAMPLES:
        draft = Draft(id="a", title=sample.title, author=AUTHOR, contents=sample.contents)
        assert draft.problems() == {}


def test_the_sample_blogs_show_what_markdown_can_do():
    parser = MarkdownIt("gfm-like")
    found = {token.type for sample in SAMPLES for token in parser.parse(sample.contents)}

    assert {"table_open", "fence", "bullet_list_open", "ordered_list_open"} <= found
    assert any("](https://" in sample.contents for sample in SAMPLES)
