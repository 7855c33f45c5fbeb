"""Articles: what Markdown may become, Japanese emphasis, and what never comes through."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb.articles import anchor, emphasis, is_wide, render, sanitised

PLAIN = MarkdownIt("commonmark")
OURS = MarkdownIt("commonmark")
OURS.inline.ruler.at("emphasis", emphasis)


def inline(text: str) -> str:
    return OURS.renderInline(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("これは**重要（注意）**です", "これは<strong>重要（注意）</strong>です"),
        ("これは**「重要なこと」**です。", "これは<strong>「重要なこと」</strong>です。"),
        ("**テスト。**テスト", "<strong>テスト。</strong>テスト"),
        ("値は**46%**です", "値は<strong>46%</strong>です"),
        ("値は**`TTL`**です", "値は<strong><code>TTL</code></strong>です"),
        ("*強調、*と続く", "<em>強調、</em>と続く"),
        ("***両方。***です", "<em><strong>両方。</strong></em>です"),
        ("**太字**と**太字（二）**だ", "<strong>太字</strong>と<strong>太字（二）</strong>だ"),
        ("한국어**(Markdown)**을", "한국어<strong>(Markdown)</strong>을"),
        ("2 ** 3 は ** ではない", "2 ** 3 は ** ではない"),
        ("開くだけ ** です", "開くだけ ** です"),
        ("下線_（違う）_です", "下線_（違う）_です"),
        (r"これは\*\*重要（注意）\*\*です", "これは**重要（注意）**です"),
    ],
)
def test_emphasis_works_where_words_are_not_divided_by_spaces(text, html):
    assert inline(text) == html


@settings(max_examples=1500, deadline=None)
@given(st.text(alphabet="*_ ab.(\"'\\`é\u00a0—\n", max_size=24))
def test_text_without_wide_characters_is_read_exactly_as_the_standard_says(text):
    assert OURS.render(text) == PLAIN.render(text)


# Of the rules of section 6.2 of CommonMark 0.31, examples of our own.
@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*packet*", "<em>packet</em>"),
        ("a * packet*", "a * packet*"),
        ('a*"packet"*', "a*&quot;packet&quot;*"),
        ("seg*ment*s", "seg<em>ment</em>s"),
        ("seg_ment_s", "seg_ment_s"),
        ("**SYN** and *ACK*", "<strong>SYN</strong> and <em>ACK</em>"),
        ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
        ("*a **b***", "<em>a <strong>b</strong></em>"),
        ("*a**b*", "<em>a**b</em>"),
        ("*(*a*)*", "<em>(<em>a</em>)</em>"),
        ("****x****", "<strong><strong>x</strong></strong>"),
        ("*[a*](b)", '*<a href="b">a*</a>'),
    ],
)
def test_the_rules_of_commonmark_hold(text, html):
    assert inline(text) == html


@pytest.mark.parametrize(
    ("character", "wide"),
    [("は", True), ("（", True), ("ｱ", True), ("한", True), ("a", False), ("é", False), ("😀", False)],
)
def test_wide_characters_are_those_of_east_asian_text(character, wide):
    assert is_wide(character) is wide


def test_a_source_line_ends_without_a_space_between_japanese_and_with_one_in_english():
    assert "続く次の行" in render("ここまで続く\n次の行").html
    assert "one\ntwo" in render("one\ntwo").html
    assert "TTL\nは" in render("TTL\nは").html


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](http://elsewhere.example/pixel.gif)",
    "![x](//elsewhere.example/pixel.gif)",
    "![x](data:image/svg+xml;base64,AAAA)",
    "<svg onload=alert(1)>",
    "<iframe src=/></iframe>",
    '<a href="/" style="position:fixed" onclick="x()">x</a>',
    "::: warning <script>alert(1)</script>\nx\n:::",
    "::: warning\n<style>*{display:none}</style>\n:::",
    "```<script>\nx\n```",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    "| <script> |\n|---|\n| <b onmouseover=x> |",
    "## <script>alert(1)</script>",
    '[x](/ "" onmouseover=alert(1)")',
    "<base href=//elsewhere.example/>",
    "<form action=//elsewhere.example/><input name=x></form>",
    "<meta http-equiv=refresh content=0>",
]
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text):
    html = str(render(text).html)
    for _, name, attributes in _TAG.findall(html):
        assert name not in ("script", "style", "iframe", "svg", "form", "base", "meta", "object")
        assert not re.search(
            r"\son\w+\s*=|style\s*=|javascript:|vbscript:|data:|src=.?(http|//)", attributes, re.I
        )


def test_even_raw_markup_passes_an_allow_list():
    html = sanitised(
        '<p style="x" onclick="y" class="admonition evil">a<script>b</script></p>'
        '<input type="password" name="c">'
        '<img src="https://elsewhere.example/x"><img src="/static/x.svg" alt="d">'
    )
    assert html == '<p class="admonition">a</p><input><img><img src="/static/x.svg" alt="d">'


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>\"'&/=:[]()!`*#-|^\\ \n\tascriptonjv:{}", max_size=60))
def test_no_text_becomes_a_tag_that_is_not_allowed(text):
    for _, name, attributes in _TAG.findall(str(render(text).html)):
        assert name.lower() not in ("script", "style", "iframe")
        assert not re.search(r"\son\w+=", attributes)


def test_tables_footnotes_definitions_tasks_and_admonitions_are_there():
    html = render(
        "| a | b |\n|:--|--:|\n| 1 | 2 |\n\nterm\n: meaning\n\n- [x] done\n\nsee[^1]\n\n[^1]: note\n\n"
        "::: tip Look\ninside\n:::\n"
    ).html
    for part in (
        '<td class="right">2</td>',
        "<dd>meaning</dd>",
        'type="checkbox"',
        'class="footnote-ref"',
        '<div class="admonition tip">\n<p class="admonition-title">Look</p>',
    ):
        assert part in html


def test_headings_have_addresses_and_make_the_contents():
    text = render("## What you see\n\n### 何が見えるか (TTL)\n\n## What you see\n")
    assert [(h.level, h.anchor, h.text) for h in text.contents] == [
        (2, "what-you-see", "What you see"),
        (3, "何が見えるか-ttl", "何が見えるか (TTL)"),
        (2, "what-you-see-1", "What you see"),
    ]
    assert 'id="what-you-see-1"' in text.html
    assert anchor("???") == "section"


def test_every_shipped_article_renders_with_contents_and_without_leftover_stars():
    from django.conf import settings

    from kb.shipped import files

    for article in files(settings.BASE_DIR):
        text = render(article.body)
        outside_code = re.sub(r"<(pre|code).*?</\1>", "", str(text.html), flags=re.S)
        assert text.contents, article.slug
        assert "**" not in outside_code, (article.slug, article.language)


def test_a_defined_term_has_an_address_of_its_own():
    html = render("## RST\n\nRST (reset)\n: Ends.\n\n再送\n: もう一度。\n\nRST (reset)\n: Again.\n").html
    assert re.findall(r"<dt[^>]*>", html) == ['<dt id="term-rst-reset">', '<dt id="term-再送">', "<dt>"]
    assert '<h2 id="rst">' in html


def test_no_address_of_a_term_breaks_out_of_its_quotation_marks():
    assert re.findall(r"<dt[^>]*>", render('a" onclick="b\n: c\n').html) == ['<dt id="term-a-onclick-b">']


def test_an_admonition_without_a_title_is_named_in_the_language_of_the_text():
    body = "::: warning\n{}\n:::\n"
    assert '<p class="admonition-title">Warning</p>' in render(body.format("Careful.")).html
    assert '<p class="admonition-title">注意</p>' in render(body.format("気をつけます。")).html
