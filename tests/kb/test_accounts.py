"""Accounts: the first user, links that work once, passwords, groups, what the admin shows."""

import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from kb import once, tokens
from kb.models import Capture, SignInLink, User

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def said(*words) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_roles_are_there_from_the_first_migration():
    assert set(Group.objects.values_list("name", flat=True)) >= {"reader", "author", "curator", "admin"}


def test_the_first_user_has_a_random_password_in_a_private_file(tmp_path: Path, client):
    spoken = said("first_user")
    file = tmp_path / "admin-password"
    password = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert len((tmp_path / "secret-key").read_text().strip()) >= 50
    assert password not in spoken
    assert (tmp_path / "secret-key").read_text().strip() not in spoken
    assert len(password) >= 24
    assert client.login(username="admin", password=password)
    user = User.objects.get()
    assert user.home_team() is not None
    assert user.groups.count() == 4


def test_the_first_user_is_made_once(tmp_path: Path):
    said("first_user")
    before = (tmp_path / "admin-password").read_text(), (tmp_path / "secret-key").read_text()
    assert said("first_user") == ""
    assert (tmp_path / "admin-password").read_text() == before[0]
    assert (tmp_path / "secret-key").read_text() == before[1]
    User.objects.update(username="somebody")
    said("first_user")
    assert User.objects.count() == 1


def test_a_sign_in_link_works_once(cast):
    path = said("sign_in_link", "alice").strip()
    token = path.removeprefix("/sign-in/once/").removesuffix("/")
    assert token not in str(SignInLink.objects.values())
    assert once.redeem(token) == cast.alice
    assert once.redeem(token) is None


def test_a_sign_in_link_ends_after_a_quarter_of_an_hour(cast):
    token = once.issue(cast.alice).split("/")[-2]
    SignInLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert once.redeem(token) is None


@pytest.mark.parametrize("token", ["", "x", "é\0", "a" * 5000])
def test_a_made_up_link_is_nobody(cast, token):
    assert once.redeem(token) is None


def test_links_and_tokens_are_for_people_who_may_sign_in(cast):
    token, bearer = once.issue(cast.alice).split("/")[-2], said("token", "alice").strip()
    assert tokens.user_of(bearer) == cast.alice
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert once.redeem(token) is None
    assert tokens.user_of(bearer) is None
    for command in ("token", "sign_in_link"):
        with pytest.raises(CommandError):
            said(command, "alice")


def test_tokens_can_be_revoked(cast):
    bearer = said("token", "alice").strip()
    said("token", "alice", "--revoke")
    assert tokens.user_of(bearer) is None


@pytest.mark.parametrize("password", ["short-one-1", "password1234", "123456789012", "alice-alice-1"])
def test_short_and_common_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="alice-alice"))


def test_the_admin_does_not_show_captures():
    assert Capture not in admin.site._registry


def test_a_superuser_sees_no_other_teams_captures(cast):
    root = User.objects.create_superuser("root", password="x")
    from tests.cast import accept

    accept(cast)
    assert not Capture.objects.visible_to(root).exists()
    assert Capture.objects.visible_to(cast.bob).count() == 1
    cast.bob.is_active = False
    assert not Capture.objects.visible_to(cast.bob).exists()
