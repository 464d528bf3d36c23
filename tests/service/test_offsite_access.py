#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who asks an off-site server, and how it is found: keys, sessions, profiles, roles, certificates, regions, names.

usage: test_offsite_access.py MUSTER    (prints one line per test, exits 1 when any failed, 77 without radosgw)
"""
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from s3_bucket import session_of
from test_offsite import MUSTER, expect, main, only, run


def bare(p, **more):
    """An environment without any word on S3 but `more`."""
    return {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")}, "HOME": str(p.directory),
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1", **more}


def keyless(p, *more):
    """The configuration without keys in it, and without `more`."""
    path = p.directory / "keyless.yaml"
    path.write_text("".join(line for line in (p.directory / "muster.yaml").read_text().splitlines(True)
                            if not any(word in line for word in ("_key:", *more))))
    return path


def verified(p, *more, config=None, code=0, env=None):
    done = run(MUSTER, "-c", config or p.directory / "muster.yaml", "verify", "--json", *more, code=code, env=env or bare(p))
    found = {}
    for c in json.loads(done.out)["checks"]:
        found.setdefault(c["name"], []).append((c["verdict"], c.get("subject", ""), c["message"], c.get("hint", "")))
    return found


def make_a_copy(p):
    p.backup("--copy-to=offsite")
    assert only(verified(p), "offsite")[0] == "pass"


def a_session_is_of_three_parts(p):
    access, secret, token = p.session = session_of(p.told)
    for name, text in (("session-access", access), ("session-secret", secret), ("session-token", token)):
        (p.directory / name).write_text(text)
        (p.directory / name).chmod(0o600)
    keys = ("--set", f"offsite.access_key={{file: {p.directory}/session-access}}",
            "--set", f"offsite.secret_key={{file: {p.directory}/session-secret}}")
    with_token = (*keys, "--set", f"offsite.session_token={{file: {p.directory}/session-token}}")
    found = verified(p, *with_token, "--offsite-read")
    expect(found, "offsite-content", "pass", "2 read back")
    assert p.proxy.headers["x-amz-security-token"] == token
    assert "x-amz-security-token" in p.proxy.headers["authorization"]
    found = verified(p, *keys, code=4)
    assert only(found, "offsite-reachable")[0] == "error" and only(found, "offsite-reachable")[3], found
    (p.directory / "session-token").write_text(token[:-8] + "AAAAAAA=")
    found = verified(p, *with_token, code=4)
    assert only(found, "offsite-reachable")[0] == "error" and only(found, "offsite-reachable")[3], found


def variables_give_keys_and_sessions(p):
    access, secret, token = p.session
    config = keyless(p)
    keys = {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret}
    found = verified(p, config=config, env=bare(p, **keys, AWS_SESSION_TOKEN=token))
    assert only(found, "offsite")[0] == "pass"
    found = verified(p, config=config, env=bare(p, **keys), code=4)
    assert only(found, "offsite-reachable")[0] == "error"
    found = verified(p, config=config, env=bare(p, AWS_ACCESS_KEY_ID=access), code=4)
    expect(found, "offsite-reachable", "error", "$AWS_SECRET_ACCESS_KEY is not")
    # what the configuration says is nearer
    found = verified(p, env=bare(p, AWS_ACCESS_KEY_ID="wrong", AWS_SECRET_ACCESS_KEY="wrong"))
    assert only(found, "offsite")[0] == "pass"


def profiles_give_keys_and_sessions(p):
    access, secret, token = p.session
    home = p.directory / ".aws"
    home.mkdir()
    (home / "credentials").write_text(
        f"[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n\n[shop]\naws_access_key_id = {access}\n"
        f"aws_secret_access_key = {secret}\naws_session_token = {token}\n")
    (home / "config").write_text(f"[profile shop]\nregion = eu-north-7\nendpoint_url = {p.proxy.endpoint}\n")
    found = verified(p, "--set", "offsite.profile=shop", config=keyless(p, "endpoint:"))
    assert only(found, "offsite")[0] == "pass"
    assert "/eu-north-7/s3/aws4_request" in p.proxy.headers["authorization"], p.proxy.headers
    config = keyless(p)
    assert only(verified(p, config=config, env=bare(p, AWS_PROFILE="shop")), "offsite")[0] == "pass"
    found = verified(p, config=config, code=4)
    assert only(found, "offsite-reachable")[0] == "error" and "Credential=wrong/" in p.proxy.headers["authorization"]
    found = verified(p, "--set", "offsite.profile=nobody", config=config, code=4)
    expect(found, "offsite-reachable", "error", "nobody")
    moved = p.directory / "elsewhere"
    (home / "credentials").rename(moved)
    found = verified(p, config=config, env=bare(p, AWS_PROFILE="shop", AWS_SHARED_CREDENTIALS_FILE=str(moved)))
    assert only(found, "offsite")[0] == "pass"
    for f in home.iterdir():
        f.unlink()


def no_keys_at_all_are_told(p):
    found = verified(p, config=keyless(p), code=4)
    expect(found, "offsite-reachable", "error", "there are no credentials for S3")
    assert "instance_role" in only(found, "offsite-reachable")[3], found


def the_region_is_signed(p):
    for more, env, region in (((), {}, "us-east-1"), ((), {"AWS_DEFAULT_REGION": "eu-west-9"}, "eu-west-9"),
                              ((), {"AWS_DEFAULT_REGION": "eu-west-9", "AWS_REGION": "eu-west-8"}, "eu-west-8"),
                              (("--set", "offsite.region=eu-west-7"), {"AWS_REGION": "eu-west-8"}, "eu-west-7")):
        assert only(verified(p, *more, env=bare(p, **env)), "offsite")[0] == "pass"
        assert f"/{region}/s3/aws4_request" in p.proxy.headers["authorization"], (region, p.proxy.headers)


def a_certificate_needs_its_authority(p):
    tls = ("--set", f"offsite.endpoint={p.told['tls_endpoint']}")
    found = verified(p, *tls, code=4)
    expect(found, "offsite-reachable", "error", "does ca_file hold the certificate")
    assert only(verified(p, *tls, "--set", f"offsite.ca_file={p.told['ca_file']}"), "offsite")[0] == "pass"
    assert only(verified(p, *tls, env=bare(p, AWS_CA_BUNDLE=p.told["ca_file"])), "offsite")[0] == "pass"
    done = run(MUSTER, "-c", p.directory / "muster.yaml", "verify", "--offsite", "--json", *tls, "--set",
               f"offsite.ca_file={p.told['ca_file']}", env=bare(p))
    assert json.loads(done.out)["verdict"] == "pass"


def a_bucket_is_named_by_the_host_or_by_the_path(p):
    port = urlsplit(p.proxy.endpoint).port
    by_name = ("--set", f"offsite.endpoint=http://s3.localhost:{port}")
    assert only(verified(p, *by_name), "offsite")[0] == "pass"
    assert p.proxy.headers["host"] == f"s3.localhost:{port}"
    assert only(verified(p, *by_name, "--set", "offsite.path_style=false"), "offsite")[0] == "pass"
    assert p.proxy.headers["host"] == f"{p.bucket.name}.s3.localhost:{port}"


def a_role_is_asked_for_only_when_it_is_wanted(p):
    script = Path(__file__).with_name("faulty_s3.py")
    faulty = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    told = json.loads(faulty.stdout.readline())
    endpoint = told["endpoint"]

    def asked():
        with urllib.request.urlopen(f"{endpoint}/_seen//latest/api/token") as answer:
            return len(json.load(answer))
    config, env = keyless(p), bare(p, AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint)
    what = ("inspect", "--json", "--set", f"offsite.endpoint={endpoint}", "s3://faults/role-any")
    try:
        done = json.loads(run(MUSTER, "-c", config, *what, env=env, code=7).out)["files"][0]
        assert "no credentials" in done["error"]["message"] and asked() == 0, (done, asked())
        run(MUSTER, "-c", p.directory / "muster.yaml", *what, "--set", "offsite.instance_role=true", env=env, code=None)
        assert asked() == 0  # there are keys
        done = json.loads(run(MUSTER, "-c", config, *what, "--set", "offsite.instance_role=true", env=env, code=None).out)
        assert done["files"][0]["sha256"] == told["sha256"] and asked() > 0, done  # the server lets nobody else read it
    finally:
        faulty.stdin.close()
        faulty.wait()
    env = bare(p, AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint)  # where nobody answers any more
    found = verified(p, "--set", "offsite.instance_role=true", config=config, env=env, code=4)
    expect(found, "offsite-reachable", "error", "is this an instance with a role?")


GROUPS = (
    (False, (make_a_copy, a_session_is_of_three_parts, variables_give_keys_and_sessions, profiles_give_keys_and_sessions,
             no_keys_at_all_are_told, the_region_is_signed, a_certificate_needs_its_authority,
             a_bucket_is_named_by_the_host_or_by_the_path, a_role_is_asked_for_only_when_it_is_wanted)),
)

if __name__ == "__main__":
    main(GROUPS, "--sessions")
