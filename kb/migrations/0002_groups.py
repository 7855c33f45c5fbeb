"""The roles: reader, author, curator, admin."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ("reader", "author", "curator", "admin")


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the groups that are not there yet."""
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    """Groups only; permissions follow with the pages that ask for them."""

    dependencies = [("kb", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
