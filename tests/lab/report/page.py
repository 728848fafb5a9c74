"""Read a report like a browser or a screen reader."""

from xml.etree import ElementTree as ET

from lab.report.svg import text_width


def read(markup):
    return ET.fromstring(markup)  # noqa: S314 -- our own


class Page:
    """A report. It is also well-formed XML, so that the standard library can read it."""

    def __init__(self, html):
        self.html = html
        self.root = read(html.removeprefix("<!DOCTYPE html>\n"))

    @property
    def text(self):
        """All text that a reader sees, without the style sheet."""
        return "\n".join("".join(part.itertext()) for part in self.root.find("body"))

    @property
    def charts(self):
        return list(self.root.iter("svg"))

    @property
    def figures(self):
        return list(self.root.iter("figure"))

    @property
    def headline(self):
        return [item.text for item in self.root.find(".//ul[@class='headline']")]

    def table(self, caption):
        """Return the rows of a table by their names, each as its cells by their heads."""
        table = next(
            one for one in self.root.iter("table") if one.find("caption").text.startswith(caption)
        )
        heads = [cell.text for cell in table.findall("thead/tr/th")][1:]
        return {
            row[0].text: dict(zip(heads, (cell.text for cell in row[1:]), strict=True))
            for row in table.findall("tbody/tr")
        }


def labels(chart):
    """Return the texts of a chart with their boxes: left, top, right, bottom."""
    found = []
    for one in chart.iter("text"):
        width, x, y = text_width(one.text), float(one.get("x")), float(one.get("y"))
        left = x - {"end": width, "middle": width / 2}.get(one.get("text-anchor"), 0)
        found.append((one.text, (left, y - 10, left + width, y + 3)))
    return found


def overlapping(chart):
    """Return the pairs of texts that lie on each other."""
    boxes = labels(chart)
    return [
        (one, other)
        for number, (one, a) in enumerate(boxes)
        for other, b in boxes[number + 1 :]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def unreadable(page):
    """Return the charts with labels that are cut or lie on each other."""
    return [
        (chart.get("aria-label"), width, cut, pairs)
        for chart in page.charts
        for width in [float(chart.get("viewBox").split()[2])]
        for cut in [[text for text, box in labels(chart) if box[0] < -1 or box[2] > width + 8]]
        for pairs in [overlapping(chart)]
        if cut or pairs
    ]
