"""Set up the project folder: ``.venv``, ``node_modules`` and ``.cache``, nothing outside it.

Runs with whatever ``python3`` is there, so it is written for old interpreters too: its first
job is to say in one line what is missing. A second run finds everything in place and ends at once.
"""

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
# Settings of the user's that would install somewhere else than into .venv.
ELSEWHERE = ("UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_TARGET", "PIP_TARGET", "PIP_USER", "PIP_PREFIX")


def main():
    """Do each step whose inputs have changed since it last succeeded."""
    check_python()
    os.chdir(ROOT)
    os.makedirs(CACHE, exist_ok=True)
    step("environment", [sys.version, ROOT], make_environment)
    requirements = ["requirements/dev.txt"]
    if not has_node():
        say("no Node.js %d or newer on PATH: taking it from PyPI" % OLDEST_NODE)
        requirements.append("requirements/node.txt")
    inputs = [sys.version, ROOT, "requirements/uv.txt", "pyproject.toml"] + requirements
    step("packages", inputs, lambda: install_packages(requirements))
    step("functions", ["requirements/lambda.txt", "infra/packaging.py"], fetch_dependencies)
    step("database", ["package.json", "package-lock.json"], install_database)


def check_python():
    """Stop with one line when this interpreter cannot set the project up."""
    wanted = ".".join(map(str, OLDEST))
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        stop("Python %s or newer is needed; %s is %s. Install it, or: make PYTHON=python3.12 demo"
             % (wanted, sys.executable or "python3", found))  # fmt: skip
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        stop("Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv")


def step(name, inputs, action):
    """Run *action* unless the stamp says that it succeeded with the same inputs."""
    stamp = os.path.join(CACHE, "setup-" + name)
    digest = hashlib.sha256()
    for item in inputs:
        if os.path.isfile(item):
            with open(item, "rb") as file:
                digest.update(file.read())
        digest.update(item.encode() + b"\0")
    wanted = digest.hexdigest()
    if is_done(name, stamp, wanted):
        return
    say("setting up: %s ..." % name)
    started = time.time()
    forget(name)  # an interrupted step is done again, whatever its inputs become
    action()
    with open(stamp, "w") as file:
        file.write(wanted)
    say("setting up: %s, done in %.0f s" % (name, time.time() - started))


def forget(name):
    """Let the step *name* be done again."""
    stamp = os.path.join(CACHE, "setup-" + name)
    if os.path.exists(stamp):
        os.remove(stamp)


def is_done(name, stamp, wanted):
    """Whether the stamp fits and what the step makes is still there."""
    made = {
        "database": os.path.join(ROOT, "node_modules", "dynalite"),
        "functions": os.path.join(CACHE, "lambda"),
    }
    folder = made.get(name, BIN)
    if not (os.path.isfile(stamp) and os.path.isdir(folder)):
        return False
    with open(stamp) as file:
        return file.read() == wanted


def make_environment():
    """Make the virtual environment afresh; what was installed in the former one is gone."""
    forget("packages")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV])


def install_packages(requirements):
    """Install what the hashed requirements name, then the project itself, in place."""
    python = os.path.join(BIN, "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes"]
    run(pip + ["--disable-pip-version-check", "-r", "requirements/uv.txt"])
    uv = [os.path.join(BIN, "uv"), "pip"]
    here = ["--quiet", "--python", python]
    run(uv + ["sync"] + here + ["--require-hashes"] + requirements)
    run(uv + ["install"] + here + ["--no-deps", "--no-build-isolation", "--editable", "."])


def fetch_dependencies():
    """Fetch what the functions' package carries, so that building it needs no network."""
    run([os.path.join(BIN, "python"), "-m", "infra.packaging"])


def install_database():
    """Install dynalite with the npm on PATH, or with the one beside our Python."""
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
    """Whether the node and npm on PATH are new enough."""
    try:
        version = subprocess.check_output(["node", "--version"]).decode()
        subprocess.check_output(["npm", "--version"])
        return int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def run(command):
    """Run *command* with every cache inside the project folder; stop when it fails."""
    environment = dict(os.environ)
    for name in ELSEWHERE:
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
        stop("this failed (exit %d): %s" % (code, " ".join(command)))


def say(line):
    """Tell the person what goes on; standard output belongs to the commands."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def stop(line):
    """End with one line."""
    sys.exit("setup: " + line)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("setup: interrupted; the next run goes on")
        sys.exit(130)
