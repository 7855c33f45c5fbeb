"""A small runbook for tests: three steps, a loop, all ends."""

from kb.models import Article, Lead, Revision

BODY = """Have a shell on {{server}} at hand. See [the article](/articles/port-closed/).

## Does the server listen? {#listen}

A port that nobody listens on **refuses**.

```run server
ss -ltn 'sport = :{{server_port}}'
tshark -r {{capture}} -Y 'frame.number in {{{frames}}}'
```

Expect: a line with `LISTEN` and {{server}}.

- A line with `LISTEN` → #firewall
- No line at all → solved: The service of {{server}} does not run. Start it.
- Nothing of this → ask: Send the output and {{capture}}, and say who runs {{server}}.

## Is there a firewall? {#firewall}

It may refuse in the server's name.

Expect: a rule for port {{server_port}}.

- A rule → stop: The rule is meant to be there.
- No rule → #again

## Try it again {#again}

It may have been a restart.

```run
nc -vz {{server}} {{server_port}}
```

Expect: `succeeded`.

- It fails as before → #listen
- It succeeds → solved: It was restarted.
"""
JA = """{{server}} のシェルを用意します。

## 待ち受けているか {#listen}

待ち受けがないポートは**拒否**します。

```run server
ss -ltn 'sport = :{{server_port}}'
```

期待: `LISTEN` の行と {{server}}。

- `LISTEN` の行がある → #firewall
- 行がない → solved: {{server}} のサービスが動いていません。起動します。
- どれでもない → ask: 出力と {{capture}} を送り、{{server}} の担当者を伝えてください。

## ファイアウォールがあるか {#firewall}

サーバーの名で拒否することがあります。

期待: ポート {{server_port}} のルール。

- ルールがある → stop: 意図されたルールです。
- ルールがない → #again

## もう一度試す {#again}

再起動だったのかもしれません。

期待: `succeeded`。

- 同じように失敗する → #listen
- 成功する → solved: 再起動でした。
"""


def runbook(
    slug: str = "refused", codes: tuple[str, ...] = ("refused_on_path",), body: str = BODY, **more: object
) -> Article:
    """An approved runbook in both languages, to which these codes lead."""
    article = Article.objects.create(slug=slug, kind="runbook")
    words = {
        "en": ("A connection is refused", "The answer is a RST.", body),
        "ja": ("接続が拒否される", "RST が返ります。", JA),
    }
    for language, (title, summary, text) in words.items():
        wording = {"title": title, "summary": summary, "body": text, "state": "approved", **more}
        Revision.objects.create(
            article=article, language=language, origin="shipped", digest="0" * 64, **wording
        )
    for code in codes:
        Lead.objects.create(code=code, runbook=article, shipped=True)
    return article
