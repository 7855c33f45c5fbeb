"""The tags that a revision proposes for its article."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kb", "0008_search")]

    operations = [
        migrations.AddField("revision", "tags", models.JSONField(blank=True, null=True)),
    ]
