"""Set up .venv, node_modules and .cache in the project folder.

Nothing is written outside that folder. Any `python3` may run this, so its
syntax is also valid in old versions: an interpreter that is too old gets an
error of one line, not a traceback. If nothing has changed, a second run does
nothing.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
OLDEST_NODE = 18
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
CACHE = os.path.join(ROOT, ".cache")
BIN = os.path.join(VENV, "bin")
# User settings that would make pip or uv install outside .venv.
INSTALL_TARGETS = (
    "UV_SYSTEM_PYTHON",
    "UV_PYTHON",
    "UV_TARGET",
    "PIP_TARGET",
    "PIP_USER",
    "PIP_PREFIX",
)


def parse():
    """Accept no argument except --help."""
    argparse.ArgumentParser(
        prog="make setup",
        description=__doc__,
        epilog="example: make PYTHON=python3.12 setup",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()


def main():
    """Run each step whose inputs have changed since it last succeeded."""
    check_python()
    os.chdir(ROOT)
    os.makedirs(CACHE, exist_ok=True)
    step("environment", [sys.version, ROOT], create_environment)
    requirements = ["requirements/dev.txt", "requirements/locust.txt"]
    if not has_node():
        log("no Node.js %d or newer on PATH: installing it from PyPI" % OLDEST_NODE)
        requirements.append("requirements/node.txt")
    inputs = [sys.version, ROOT, "requirements/uv.txt", "pyproject.toml"] + requirements
    step("packages", inputs, lambda: install_packages(requirements))
    step("functions", ["requirements/lambda.txt", "infra/packaging.py"], fetch_dependencies)
    step("database", ["package.json", "package-lock.json"], install_database)


def check_python():
    """Exit with a one-line error if this interpreter is too old or incomplete."""
    wanted = ".".join(map(str, OLDEST))
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        fail("Python %s or newer is required; %s is %s."
             " Install it, or run: make PYTHON=python3.12 demo"
             % (wanted, sys.executable or "python3", found))  # fmt: skip
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        fail("the Python module venv is missing; on Debian and Ubuntu: apt install python3-venv")


def step(name, inputs, action):
    """Run *action*, unless it has already succeeded with the same inputs."""
    stamp = os.path.join(CACHE, "setup-" + name)
    digest = hashlib.sha256()
    for item in inputs:
        if os.path.isfile(item):
            with open(item, "rb") as file:
                digest.update(file.read())
        digest.update(item.encode() + b"\0")
    current = digest.hexdigest()
    if is_done(name, stamp, current):
        return
    log("setting up: %s ..." % name)
    started = time.time()
    forget(name)  # so that an interrupted step runs again, whatever its inputs are then
    action()
    with open(stamp, "w") as file:
        file.write(current)
    log("setting up: %s, done in %.0f s" % (name, time.time() - started))


def forget(name):
    """Make the step *name* run again."""
    stamp = os.path.join(CACHE, "setup-" + name)
    if os.path.exists(stamp):
        os.remove(stamp)


def is_done(name, stamp, current):
    """Return True if the stamp matches and the output of the step still exists."""
    outputs = {
        "database": os.path.join(ROOT, "node_modules", "dynalite"),
        "functions": os.path.join(CACHE, "lambda"),
    }
    folder = outputs.get(name, BIN)
    if not (os.path.isfile(stamp) and os.path.isdir(folder)):
        return False
    with open(stamp) as file:
        return file.read() == current


def create_environment():
    """Create the virtual environment; an existing one is deleted with its packages."""
    forget("packages")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV])


def install_packages(requirements):
    """Install the pinned requirements, then the project itself in editable mode."""
    python = os.path.join(BIN, "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes"]
    run(pip + ["--disable-pip-version-check", "-r", "requirements/uv.txt"])
    uv = [os.path.join(BIN, "uv"), "pip"]
    here = ["--quiet", "--python", python]
    run(uv + ["sync"] + here + ["--require-hashes"] + requirements)
    run(uv + ["install"] + here + ["--no-deps", "--no-build-isolation", "--editable", "."])


def fetch_dependencies():
    """Download the dependencies of the functions, so that packaging needs no network."""
    run([os.path.join(BIN, "python"), "-m", "infra.packaging"])


def install_database():
    """Install dynalite, with npm from PATH or from .venv."""
    run(
        [
            "npm",
            "ci",
            "--loglevel=error",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-update-notifier",
        ]
    )


def has_node():
    """Return True if PATH has npm and a node that is new enough."""
    try:
        version = subprocess.check_output(["node", "--version"]).decode()
        subprocess.check_output(["npm", "--version"])
        return int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def run(command):
    """Run *command* with all caches inside the project folder. Exit if it fails."""
    environment = dict(os.environ)
    for name in INSTALL_TARGETS:
        environment.pop(name, None)
    environment.update(
        {
            "UV_CACHE_DIR": os.path.join(CACHE, "uv"),
            "PIP_CACHE_DIR": os.path.join(CACHE, "pip"),
            "npm_config_cache": os.path.join(CACHE, "npm"),
            "UV_PYTHON_DOWNLOADS": "never",
            "VIRTUAL_ENV": VENV,
        }
    )
    path = [BIN, os.environ["PATH"]] if not has_node() else [os.environ["PATH"], BIN]
    environment["PATH"] = os.pathsep.join(path)
    code = subprocess.call(command, env=environment)
    if code != 0:
        fail("command failed (exit %d): %s" % (code, " ".join(command)))


def log(line):
    """Print a progress line to standard error; standard output belongs to the commands."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def fail(line):
    """Exit with an error line."""
    sys.exit("setup: " + line)


if __name__ == "__main__":
    try:
        parse()
        main()
    except KeyboardInterrupt:
        log("setup: interrupted; the next run continues")
        sys.exit(130)
