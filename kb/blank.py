"""With what something new begins when it begins with nothing."""

from kb.models import Article
from kb.words import Words

RUNBOOK = {
    "en": """When to use this runbook, and what to have at hand.

## The first question? {#first}

Why this step.

```run
ss -ltn 'sport = :{{server_port}}'
```

Expect: what a healthy system shows.

- The first answer → solved: What was wrong, and what to do.
- Another answer → ask: Send the output and the capture {{capture}} to the team that runs {{server}}.
""",
    "ja": """この手順書を使う場面と、手元に用意するもの。

## 最初の確認 {#first}

この手順の目的。

```run
ss -ltn 'sport = :{{server_port}}'
```

期待: 正常なときの表示。

- 1 つ目の結果 → solved: 何が原因で、どう直すか。
- それ以外の結果 → ask: 出力とキャプチャ {{capture}} を {{server}} の担当チームに送ってください。
""",
}


def words(kind: str, language: str) -> Words:
    """Of a runbook one step in the form that runbooks have; of an article nothing."""
    return Words(body=RUNBOOK[language]) if kind == Article.Kind.RUNBOOK else Words()
