"""The terminal app: its session, its screens, and how it ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from rich.segment import Segments
from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import ModalScreen, Screen
from textual.theme import Theme, ThemeProvider
from textual.widget import Widget

from tui import palette, text, theme
from tui.client.api_factory import ApiFactory, HttpApiFactory
from tui.client.daemon_executor import DaemonThreadExecutor
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.screens.main import MainScreen
from tui.settings.backends import Backends
from tui.settings.preferences import SettingValue
from tui.settings.values import BackendName, SettingsError
from tui.state.session import Session
from tui.terminal import paste_input, signals, size
from tui.terminal.input_queue import InputQueue
from tui.widgets import colors
from tui.widgets.backend_label import BackendLabel
from tui.widgets.request_log import RequestLog
from tui.widgets.request_table import RequestTable
from tui.widgets.session_line import SessionLine

if TYPE_CHECKING:
    from tui.screens.form import FormScreen


class BlogsApp(App[None]):
    """Browse and write the blogs of both backends."""

    TITLE = "blogs"
    BINDING_GROUP_TITLE = "Everywhere"
    NOTIFICATION_TIMEOUT = 4
    CSS_PATH = "screens/main.tcss"  # with the app's own: read later, all would be parsed again
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "toggle_help", "Help", show=False, priority=True),
        Binding("f2", "switch", "Switch", show=False, priority=True),
        Binding("ctrl+p", "command_palette", "Menu", priority=True),
        Binding(
            *("ctrl+o", "jump", "Jump"),
            tooltip="to a pane",
            show=False,
            priority=True,
        ),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("Q", "quit_now", "Quit at once", show=False),
        Binding("ctrl+c", "copy_or_quit", "Copy or quit", show=False, priority=True),
    ]

    def __init__(self, factory: ApiFactory, active: BackendName) -> None:
        super().__init__()
        self.session = Session(factory, active)
        self.session.on_change = self._show_state  # before the first screen shows anything
        self._quit_dialog: ChoiceScreen | None = None
        self._input = InputQueue(self, interrupt=lambda: self.end(0))
        self._is_over = False
        wanted = self.session.connections.preferences.theme.value
        chosen = wanted or theme.stored(os.environ)
        if chosen in self.available_themes:
            self.theme = chosen

    def get_default_screen(self) -> Screen[None]:
        """Start with the list: a Textual mode would delay the first frame by half."""
        return MainScreen(self.session)

    def get_css_variables(self) -> dict[str, str]:
        """Return the colors of the theme, with those of the backends and with enough contrast."""
        found = super().get_css_variables()
        self.theme_variables = found | colors.variables(self.current_theme, found)
        return self.theme_variables

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        self.app_resume_signal.subscribe(self, lambda app: app.refresh(layout=True))
        if not self.is_headless:
            self.run_worker(self._input.run(), group="input")
        self._check_theme(self.session.connections.preferences.theme)

    def _check_theme(self, wanted: SettingValue[str]) -> None:
        """Warn if the configured theme does not exist."""
        if wanted.value and wanted.value not in self.available_themes:
            names = ", ".join(sorted(self.available_themes))
            words = (
                f"Unknown theme {wanted.value} (from {wanted.source}). Available themes: {names}."
            )
            self.notify(words, severity="warning", timeout=10)

    def _remember_theme(self, chosen: Theme) -> None:
        try:
            theme.store(os.environ, chosen.name)
        except OSError as error:
            self.notify(
                f"The theme cannot be saved, so it applies to this run only: {error.strerror}.",
                severity="warning",
            )

    def get_driver_class(self) -> type[Driver]:
        """Return the driver of a terminal, unless the app runs in a browser."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from tui.terminal.driver import TerminalDriver  # noqa: PLC0415 -- imports termios

        return TerminalDriver

    def receive(self, message: Message) -> None:
        """Receive what the terminal sends."""
        if isinstance(message, (events.Key, events.Paste, events.MouseEvent)):
            self._input.put(message)
        else:
            self.post_message(message)

    def end(self, code: int) -> None:
        """Keep drafts and exit at once: there is no time to ask."""
        self._input.clear()
        self._keep_drafts()
        self.exit(return_code=code)

    def on_exit_app(self) -> None:
        """Keep drafts when the page of `blogs serve` is closed: its driver sends no signal."""
        self._keep_drafts()

    def _keep_drafts(self) -> None:
        for form in self._forms():
            if form.is_mounted:  # otherwise it is still empty
                form.keep()

    def restore_terminal(self) -> None:
        """Restore the terminal without the event loop."""
        restore = getattr(self._driver, "restore", None)
        if restore:
            restore()

    def _forms(self) -> list[FormScreen]:
        """Return the open forms."""
        from tui.screens.form import FormScreen  # noqa: PLC0415 -- see below

        return [screen for screen in self.screen_stack if isinstance(screen, FormScreen)]

    def on_unmount(self) -> None:
        self.session.on_change = lambda: None

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        self._is_over = True
        super().exit(result, return_code, message)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Run no action after exit: more keys may be queued."""
        return False if self._is_over else super().check_action(action, parameters)

    def _show_state(self) -> None:
        """Update every label and log, also those below a dialog."""
        for screen in self.screen_stack:
            for node in screen.walk_children():
                match node:
                    case BackendLabel():
                        self._show_backend(node)
                    case RequestLog() | RequestTable():
                        node.update()
                    case SessionLine():
                        node.show(text.line(self.session.cost))
                    case _:
                        pass

    def _show_backend(self, label: BackendLabel) -> None:
        label.show(
            self.session.backend_of(label.backend_name or self.session.active),
            self.session.backends.deployment,
            busy=self.session.busy,
            read_only=self.session.read_only,
        )

    async def on_event(self, event: events.Event) -> None:
        if self._is_over and isinstance(event, (events.InputEvent, events.Paste)):
            return
        if isinstance(event, events.Resize) and not self.is_headless:
            event = size.latest(event)
        await super().on_event(palette.sanitize(self, event))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 -- the signature is Textual's
    ) -> None:
        """Show a toast; its text is never parsed as markup."""
        super().notify(
            text.line(message, 600),
            title=text.line(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the actions that have a key, and the theme; leave out Textual's other commands."""
        yield from palette.commands(self, screen)
        yield SystemCommand("Theme", "Change the colors", self.action_change_theme)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, palette.Palette):
            self.push_screen(palette.Palette())

    def search_themes(self) -> None:
        themes = palette.Palette(providers=[ThemeProvider], placeholder="Search themes…")
        self.push_screen(themes)

    # Rarely used screens are imported when shown, so that the first frame does not wait for them.

    def action_help(self) -> None:
        """Show the help over any screen or dialog."""
        from tui.dialogs.help import HelpScreen  # noqa: PLC0415 -- see above

        if not isinstance(self.screen, HelpScreen):  # the key can be pressed twice
            self.push_screen(HelpScreen(self.screen))

    def action_toggle_help(self) -> None:
        """Show the help, or close it: the app gets this key before the help screen does."""
        from tui.dialogs.help import HelpScreen  # noqa: PLC0415 -- see above

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.action_help()

    def action_connections(self) -> None:
        """Show all settings, and connect to another deployment."""
        if isinstance(self.screen, MainScreen):
            from tui.screens.connections import ConnectionsScreen  # noqa: PLC0415 -- see above

            self.push_screen(ConnectionsScreen(self.session), self._connect)

    def action_full_log(self) -> None:
        if isinstance(self.screen, MainScreen):
            from tui.screens.log import LogScreen  # noqa: PLC0415 -- see above

            self.push_screen(LogScreen(self.session))

    def action_compare(self) -> None:
        """Compare both backends: the selected blog, or the list."""
        if isinstance(self.screen, MainScreen):
            from tui.screens.compare import CompareScreen  # noqa: PLC0415 -- see above

            self.push_screen(CompareScreen(self.session, self.screen.target))

    def _connect(self, backends: Backends | None) -> None:
        if backends is None:
            return
        if self.session.unfinished:
            self.notify(
                "A write is still in progress. Wait until it finishes, then connect.",
                severity="warning",
            )
            return
        self.session.connect(backends)
        self._show_new_list()

    def _show_new_list(self) -> None:
        """Replace all screens by a new list, so that nothing of the previous deployment remains."""
        previous = self.screen_stack  # a key may have opened another screen by now
        self.push_screen(MainScreen(self.session))
        for screen in previous:
            self._screen_stack.remove(screen)  # Textual cannot switch the bottom screen
            screen.remove()

    def action_jump(self) -> None:
        """Start jump mode: a letter on each focusable widget moves the focus there."""
        from tui.dialogs.jump import JumpScreen, targets  # noqa: PLC0415 -- see above

        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(JumpScreen(targets(self.screen)), self._jump)

    def _jump(self, target: Widget | None) -> None:
        if target and target.is_attached:
            target.focus()

    def action_metrics(self) -> None:
        """Show the CloudWatch metrics of the stack."""
        if isinstance(self.screen, MainScreen):
            from tui.screens.metrics import MetricsScreen  # noqa: PLC0415 -- see above

            self.push_screen(MetricsScreen(self.session))

    def action_lab(self) -> None:
        """Compare both backends under load."""
        if isinstance(self.screen, MainScreen):
            from tui.screens.lab import LabScreen  # noqa: PLC0415 -- see above

            self.push_screen(LabScreen(self.session))

    def action_cost(self) -> None:
        """Calculate what each backend costs."""
        if not isinstance(self.screen, ModalScreen):
            from tui.screens.cost import CostScreen  # noqa: PLC0415 -- see above

            if not isinstance(self.screen, CostScreen):  # the key can be pressed twice
                self.push_screen(CostScreen(self.session))

    def action_switch(self) -> None:
        """Switch to the other backend, except while a dialog names this one."""
        if isinstance(self.screen, ModalScreen):
            self.bell()
            return
        try:
            self.session.toggle()
        except SettingsError as error:
            self.notify(str(error), severity="warning")
            return
        self._show_state()
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.action_reload()

    def action_suspend_process(self) -> None:
        """Suspend the app, unless nobody could continue it."""
        if signals.is_job():
            super().action_suspend_process()
        else:
            self.notify("The app was not suspended, because no shell here could continue it.")

    async def action_copy_or_quit(self) -> None:
        """Copy the selected text; if nothing is selected, quit."""
        selected = _selected_text(self)
        if selected and not self._quit_dialog:
            self.copy_to_clipboard(selected)
            self.notify("Copied the selected text. Press ctrl+c again to quit.")
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Quit; ask first if text is unsaved or a local cloud stops, but not a second time."""
        if self._quit_dialog:
            self.exit()
        else:
            self._quit(ask=True)

    def action_quit_now(self) -> None:
        """Quit, and ask only if text would be lost. Answer yes if the app asks about less."""
        if self._quit_dialog is None:
            self._quit(ask=False)
        elif self._quit_loses:
            self.bell()  # the key can be pressed twice
        else:
            self._quit_dialog.withdraw("y")

    def _quit(self, *, ask: bool) -> None:
        """Keep unsaved text, and quit. If *ask*, ask before text or the local cloud is left."""
        unsaved = [form for form in self._forms() if form.is_lost]
        kept = all(form.keep() for form in unsaved)
        stops, compares = self.session.quit_stops_local_cloud, self.session.is_comparing
        if kept and not (ask and (unsaved or stops or compares)):
            self._finish()
            return
        where = "kept as a draft" if kept else "not saved"
        about = f"You have unsaved text ({where}). " if unsaved else ""
        about += "A comparison is running. " if compares else ""
        question = f"{about}{'Quit and stop the local cloud?' if stops else 'Quit?'}"
        self._ask(question, "Quit", self._quit_confirmed, loses=not kept)

    def _ask(
        self, question: str, label: str, answered: Callable[[str | None], None], *, loses: bool
    ) -> ChoiceScreen:
        dialog = ChoiceScreen(text.line(question), [Choice("y", label, "danger")])
        self._quit_dialog, self._quit_loses = dialog, loses
        self.push_screen(dialog, answered)
        return dialog

    def _quit_confirmed(self, answer: str | None) -> None:
        self._quit_dialog = None
        if answer:
            self._finish()

    def _finish(self) -> None:
        """Send pending deletions, wait for all writes and a comparison, and exit."""
        unfinished = self.session.unfinished
        if not (unfinished or self.session.is_comparing):
            self.exit()
            return
        waiting = f"Waiting for {text.count(unfinished, 'write')} to finish …"
        if self.session.is_comparing:
            waiting = "Stopping the comparison and removing its blogs …"
        dialog = self._ask(waiting, "Quit now", self._quit_now, loses=True)
        self.run_worker(self._exit_when_written(dialog), group="quit")

    def _quit_now(self, answer: str | None) -> None:
        self._quit_dialog = None
        if answer:
            self.exit()

    async def _exit_when_written(self, dialog: ChoiceScreen) -> None:
        """Exit once all writes succeeded; stay if one failed or the user canceled."""
        failures = self.session.failures
        await self.session.finish()
        if dialog not in self.screen_stack:
            return
        if self.session.failures == failures:
            self.exit()
        else:
            dialog.withdraw()

    def _fatal_error(self) -> None:
        """Show the traceback without local variables: they can hold the token."""
        from rich.traceback import Traceback  # noqa: PLC0415 -- 0.1 s, for no good run

        self.bell()
        trace = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(trace, self.console.options)))
        self._close_messages_no_wait()


def _selected_text(app: App[None]) -> str:
    """Return the text selected in the focused field or on the screen."""
    in_field: str = getattr(app.focused, "selected_text", "")
    return in_field or app.screen.get_selected_text() or ""


def run(factory: HttpApiFactory, active: BackendName) -> int:
    """Run the app until the user quits; return the exit code, 1 after an internal error."""
    return asyncio.run(_run(BlogsApp(factory, active)))


async def _run(app: BlogsApp) -> int:
    paste_input.keep_nul()
    asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
    with signals.handled(app.end, app.restore_terminal):
        await app.run_async()
    await app.session.close()
    return app.return_code or 0
