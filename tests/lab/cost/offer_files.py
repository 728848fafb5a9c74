"""A small price list in the form of AWS's offer files, and a server for it."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from lab.cost.offers import OFFERS, PREFIXES, WANTED
from lab.cost.prices import PACKAGED, read_rows

PUBLISHED = "2026-11-27T18:31:06Z"


def offer_files(region="us-west-1"):
    """Return the files of a region by service, with the packaged prices where they are known."""
    files = {
        code: {
            "formatVersion": "v1.0",
            "disclaimer": "This pricing list is for informational purposes only.",
            "offerCode": code,
            "version": "20261127183106",
            "publicationDate": PUBLISHED,
            "products": {},
            "terms": {"OnDemand": {}, "Reserved": {}},
        }
        for code in OFFERS
    }
    known = [row for row in read_rows(PACKAGED) if row["region"] == region]
    for number, wanted in enumerate(WANTED):
        tiers = [
            (row["from"], row["price"] or "0.5") for row in known if row["item"] == wanted.item
        ]
        usagetype = PREFIXES[region][0] + wanted.usagetype
        if tiers or not wanted.optional:
            add(
                files[wanted.offer],
                f"SKU{number:013}",
                usagetype,
                tiers or [("0", "0.5")],
                regionCode=region,
                operation=wanted.operation or "",
            )
    return files


def add(file, sku, usagetype, tiers, **attributes):
    """Add a product with its tiers of start and price."""
    file["products"][sku] = {
        "sku": sku,
        "productFamily": "Any",
        "attributes": {"servicecode": file["offerCode"], "usagetype": usagetype, **attributes},
    }
    ends = [start for start, _ in tiers[1:]] + ["Inf"]
    file["terms"]["OnDemand"][sku] = {
        f"{sku}.JRTCKXETXF": {
            "offerTermCode": "JRTCKXETXF",
            "sku": sku,
            "effectiveDate": "2026-11-01T00:00:00Z",
            "priceDimensions": {
                f"{sku}.JRTCKXETXF.{number}": {
                    "rateCode": f"{sku}.JRTCKXETXF.{number}",
                    "description": "…",
                    "beginRange": start,
                    "endRange": end,
                    "unit": "Units",
                    "pricePerUnit": {"USD": price},
                    "appliesTo": [],
                }
                for number, ((start, price), end) in enumerate(zip(tiers, ends, strict=True))
            },
            "termAttributes": {},
        }
    }


@contextlib.contextmanager
def price_server(files, *, truncate=""):
    """Serve the files, also as a proxy; the file of the service *truncate* ends in the middle."""
    requested = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requested.append(self.path)
            code = urlsplit(self.path).path.split("/")[4]
            if code not in files:
                self.send_error(404)
                return
            body = json.dumps(files[code]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if code == truncate else body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", requested
        finally:
            server.shutdown()
