"""The inputs that replace a resource are documented by AWS, or marked as assumed."""

from localcloud.environment import REGION
from localcloud.provider.replacements import ASSUMED, REPLACE_ON_CHANGES
from tests.engine.replacements import DOCUMENT, document


def test_each_cited_property_is_create_only_in_the_aws_schema():
    # Half a second, in every worker.
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    sources = {source for inputs in REPLACE_ON_CHANGES.values() for source in inputs.values()} - {
        ASSUMED
    }
    assert len(sources) > 50
    for source in sources:
        resource, _, word = source.partition(" ")
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource).schema
        always = schema.get("createOnlyProperties", [])
        sometimes = schema.get("conditionalCreateOnlyProperties", [])
        assert f"/properties/{word}" in always + sometimes, source


def test_replacements_document_is_up_to_date():
    # After a change of the table: run `make golden`.
    assert DOCUMENT.read_text("utf-8") == document()
