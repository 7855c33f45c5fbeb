"""What can be found. The terms stand where each database searches them best: SQLite has a table of its own for
that (FTS5), PostgreSQL a column with an index (tsvector, GIN); no model knows either.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SQLITE = (
    # `_` is part of a term; letters keep their accents, which kb/search/folding.py has settled.
    """CREATE VIRTUAL TABLE kb_searchterms USING fts5(
        head, lead, body, prefix='1 2', tokenize="unicode61 remove_diacritics 0 tokenchars '_'")""",
    "INSERT INTO kb_searchterms(kb_searchterms, rank) VALUES ('rank', 'bm25(12.0, 4.0, 1.0)')",
    # Whatever removes an entry, also by way of its article: its terms go with it.
    """CREATE TRIGGER kb_searchentry_terms AFTER DELETE ON kb_searchentry
        BEGIN DELETE FROM kb_searchterms WHERE rowid = old.id; END""",
)
POSTGRESQL = (
    "ALTER TABLE kb_searchentry ADD COLUMN terms tsvector",
    "CREATE INDEX kb_searchentry_terms ON kb_searchentry USING gin (terms)",
)


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":  # elsewhere the column goes with its table
        schema_editor.execute("DROP TABLE kb_searchterms")


class Migration(migrations.Migration):
    dependencies = [("kb", "0007_knowledge_base")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        max_length=10,
                        choices=[
                            ("article", "Article"),
                            ("runbook", "Runbook"),
                            ("experiment", "Experiment"),
                            ("capture", "Capture"),
                            ("attachment", "Attachment"),
                        ],
                    ),
                ),
                ("key", models.CharField(max_length=100)),
                ("language", models.CharField(max_length=2)),
                ("slug", models.CharField(max_length=100)),
                ("url", models.CharField(max_length=200)),
                ("title", models.CharField(max_length=300)),
                ("lead", models.TextField()),
                ("text", models.TextField()),
                ("codes", models.JSONField(default=list)),
                ("tags", models.JSONField(default=list)),
                ("head", models.TextField()),
                ("body", models.TextField()),
                ("stamp", models.CharField(max_length=64)),
                ("updated", models.DateTimeField(auto_now=True)),
                (
                    "article",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="kb.article"
                    ),
                ),
                (
                    "capture",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="kb.capture"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key", "language"), name="one_entry_for_each_language"),
                    models.CheckConstraint(
                        condition=Q(kind="capture", capture__isnull=False)
                        | (~Q(kind="capture") & Q(capture__isnull=True)),
                        name="a_capture_and_nothing_else_is_of_a_team",
                    ),
                ],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
