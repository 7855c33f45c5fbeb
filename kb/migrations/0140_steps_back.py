from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kb", "0110_search"), ("kb", "0130_feed_keys")]

    operations = [
        migrations.AddField(
            model_name="casestep",
            name="kind",
            field=models.CharField(choices=[("done", "Done"), ("back", "Back")], default="done", max_length=4),
        ),
    ]
