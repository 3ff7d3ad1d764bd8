"""A part of a page: a title, a line that says of when it is, and content that is replaced."""

from html import escape

from nicegui import ui


class Panel:
    """Stays in place while its content is replaced: it keeps the focus, and stays scrolled."""

    def __init__(self, title: str, wide: bool = False) -> None:
        """Add it to the page; a `wide` one takes the whole width."""
        with ui.element("section").classes("panel wide" if wide else "panel"):
            ui.html(escape(title), sanitize=False, tag="h2")
            self._note = ui.label("").classes("note")
            with ui.element("div").classes("scroll") as region:
                region.props(f'tabindex=0 role=region aria-label="{escape(title)}"')
                self._content = ui.html("", sanitize=False)

    def show(self, note: str, content: str) -> None:
        """Replace the line and the content, which is HTML."""
        self._note.set_text(note)
        self._note.set_visibility(bool(note))
        self._content.set_content(content)
