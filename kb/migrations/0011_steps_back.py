from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kb", "0008_search"), ("kb", "0010_feed_keys")]

    operations = [
        migrations.AddField(
            model_name="casestep",
            name="kind",
            field=models.CharField(choices=[("done", "Done"), ("back", "Back")], default="done", max_length=4),
        ),
    ]
