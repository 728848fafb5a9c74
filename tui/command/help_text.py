"""The texts of `blogs --help`: exit codes, the sources of settings, the format of ``--json``."""

from __future__ import annotations

from typing import Final

WIDTH: Final = 80

EXIT_CODES: Final = """\
exit codes:
  0    success
  1    the backend rejected the request or failed, or writing the output failed
  2    invalid usage or settings (such as a missing token or an invalid URL), or
       no terminal for the app
  3    the backend is not reachable, or its response was lost
  4    conflict: the blog has changed (412), or the id is already in use (409)
  5    blog not found (404)
  129  ended by SIGHUP, as when the terminal closes
  130  ended by SIGINT, as by Ctrl-C in a command
  143  ended by SIGTERM"""
DIFF_EXIT_CODES: Final = """\
blogs diff exits with 0 if the responses are the same, with 1 if they differ,
and with 2 where other commands exit with 1 or 2. blogs parity does too; it
accepts the differences that it explains."""

EPILOG: Final = f"""\
how blogs finds the backends (the first source that is set):
  1. --stack NAME           the running local cloud of this stack; if there is
                            none, the Pulumi stack with this name
     --stack STACK@FOLDER   one of several running local clouds of the same
                            stack, by the name of its folder
  2. --functions-url        or BLOGS_FUNCTIONS_URL
     --containers-url       or BLOGS_CONTAINERS_URL
  3. BLOGS_STACK            same as --stack
  4. configuration file     its URLs or its stack
  5. otherwise              the only running local cloud

write token (the first source that is set):
  with a stack or           --token-file, else the token of the stack or
  a local cloud             local cloud
  with URLs                 --token-file, else BLOGS_WRITE_TOKEN
  with URLs in the          --token-file, else BLOGS_WRITE_TOKEN,
  configuration file        else token_file

other settings (the first source that is set):
  1. option                 --backend, --timeout, --read-only, --project
  2. environment variable   BLOGS_BACKEND, BLOGS_TIMEOUT, BLOGS_READ_ONLY,
                            BLOGS_PROJECT, BLOGS_THEME
  3. configuration file     backend, timeout, read_only, project, theme

configuration file:
  $XDG_CONFIG_HOME/blogs/config.toml (default: ~/.config/blogs/config.toml)
  keys: functions_url, containers_url, token_file, stack, project, backend,
        timeout, read_only, theme

`blogs outputs` shows all settings and their sources.

{EXIT_CODES}
{DIFF_EXIT_CODES}

examples:
  blogs                     start the app
  blogs ls --limit 5
  blogs --backend containers show ID
  echo 'Hello *there*' | blogs post --title Hello --author Ada"""

COMPLETION_SETUP: Final = """\
to set up completion, add this line:
  bash  ~/.bashrc                     eval "$(blogs completion bash)"
  zsh   ~/.zshrc, after compinit      eval "$(blogs completion zsh)"
  fish  ~/.config/fish/config.fish    blogs completion fish | source"""

_FORMATS: Final = {
    "ls": """{"backend", "blogs": [SUMMARY, ...], "more": true|false, "requests"}""",
    "show": """{"backend", "blog": BLOG, "etag", "requests"}""",
    "post": """{"backend", "blog": BLOG, "etag", "read_back": true|false, "requests"}""",
    "edit": """{"backend", "blog": BLOG, "etag", "read_back": true|false, "requests"}""",
    "rm": """{"backend", "deleted": ID, "read_back": true|false, "requests"}""",
    "diff": """{"target", "same": true|false, "status": {"functions", "containers"},
   "headers": [{"name", "functions": TEXT|null, "containers": TEXT|null,
                "reason": TEXT|null}, ...],
   "body": [LINE, ...], "requests"}
  "headers"     those that differ; "reason" explains why a header may differ
  "body"        the difference of the bodies, in the format of diff -u""",
    "parity": """{"sent": NUMBER, "left_out": NUMBER, "left_out_reason": TEXT|null,
   "same": true|false, "differences": [DIFFERENCE, ...],
   "undocumented": [{"request", "method", "path", "part", "found",
                     "expected"}, ...],
   "not_deleted": [ID, ...], "unknown_blogs": NUMBER}
  "same"        true if every difference is explained
  DIFFERENCE    {"request", "method", "path", "part": "status"|"body"|HEADER,
                "functions": TEXT, "containers": TEXT,
                "explanation": {"name", "reason", "certainty":
                {"functions", "containers"}}|null}
  "path"        with placeholders, such as <<id>> for a blog of the request
  "undocumented"  the same from both backends, but not as documented
  "not_deleted", "unknown_blogs"  blogs that may be left""",
    "metrics": """{"source", "period", "start", "end", "step_seconds",
   "metrics": [{"key", "side": "functions"|"containers"|"table", "metric",
                "statistic", "unit", "value": NUMBER|null,
                "points": [[TIME, NUMBER], ...]}],
   "cost": {"queries", "usd", "usd_per_hour_each_minute"},
   "comparison": COMPARISON}""",
    "cost": """{"region", "architecture", "free_tier", "requests_per_month",
   "periods": [{"hours", "requests_per_s", "tasks"}, ...],
   "functions": SIDE, "containers": SIDE, "shared": SIDE,
   "break_even": CROSSINGS, "by_tasks": {"1": CROSSINGS, "2": CROSSINGS},
   "band": {"earliest": CROSSINGS, "latest": CROSSINGS}|null,
   "curve": [[REQUESTS, FUNCTIONS_USD, CONTAINERS_USD], ...],
   "sensitivity": [{"name", "low": VARIANT, "high": VARIANT}, ...],
   "assumptions": {NAME: VALUE, ...}, "sentences": [TEXT, ...],
   "warnings": [TEXT, ...], "unverified": [ITEM, ...],
   "prices": {"file", "oldest", "newest"}}
  with --refresh-prices:
  {"region", "published", "prices", "file",
   "changes": [{"item", "from", "old": PRICE|null, "new": PRICE|null}, ...]}""",
    "outputs": """{"backends": {"functions": {"url", "source"}|null, "containers": ...},
   "token": {"source", "problem": TEXT|null}|null,
   "place": {"stack": TEXT|null, "region": TEXT|null, "account": TEXT|null,
             "folder": TEXT|null, "named_by": TEXT|null},
   "comparison": COMPARISON,
   "settings": {NAME: {"value": TEXT, "source"}, ...}}""",
}
_FIELDS: Final = """{"id", "title", "author", "created_at", "updated_at", "version"}"""
_TERMS: Final = {
    "SUMMARY": _FIELDS,
    "COMPARISON": """{"functions": {"memory_mb", "vcpus"}|null, "containers": ...,
                "notes": [TEXT, ...]}, where they differ""",
    "SIDE": """{"usd", "exact_usd", "items": [{"key", "label", "quantity",
                "unit", "usd", "exact_usd", "price", "verified"}, ...]}""",
    "CROSSINGS": """{"idle": {"cheaper", "functions_usd", "containers_usd"},
                "crossings": [{"requests_per_month", "per_second", "cheaper",
                "functions_usd", "containers_usd"}, ...], "searched_to"}""",
    "VARIANT": """{"label", "difference_usd", "break_even": REQUESTS|null}""",
    "BLOG": f'{_FIELDS}\n                and "contents"',
    '"requests"': """[{"method", "path", "status", "ms", "cold": true|false|null,
                "served_by", "phases": {"connect", "tls", "first_byte", "body"},
                "server": {"app", "db", "init"}}],
                times in milliseconds or null""",
    '"read_back"': """true if the response was lost and reading the blog confirmed
                the write""",
}
_FAILURE: Final = """{"error": {"kind", "message", "status", "exit_code"}} on stderr"""


def json_format(command: str) -> str:
    """Describe the JSON that *command* prints, with each term that occurs in it."""
    document = _FORMATS[command]
    terms = {term: meaning for term, meaning in _TERMS.items() if term in document}
    terms["on failure"] = _FAILURE
    return "\n".join([f"  {document}", *(f"  {term:<14}{text}" for term, text in terms.items())])
