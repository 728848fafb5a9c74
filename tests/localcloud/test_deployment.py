"""Resources are created, replaced and deleted in Pulumi's order."""

import pytest

from localcloud.engine.deployment import Declaration, Deployment
from localcloud.engine.provider import Outcome, ProviderError
from localcloud.engine.replacements import Replacements

URN = "urn:pulumi:local::demo::Thing::a"
REPLACEMENTS = Replacements({"Thing": {"shape"}, "Keeper": {"shape"}})


class Recorder:
    """A provider that records requests; what it creates can fail to run."""

    def __init__(self):
        self.calls = []
        self.runs = True

    async def create(self, urn, type_, name, inputs):
        self.calls.append(("create", urn))
        return Outcome(urn, inputs)

    async def update(self, urn, type_, old, olds, news):
        self.calls.append(("update", urn))
        return Outcome(old.id, news)

    async def delete(self, urn, type_, old, inputs):
        self.calls.append(("delete", urn))

    async def settle(self):
        if not self.runs:
            raise ProviderError("no task is healthy")

    def is_retained(self, type_):
        return type_ == "Keeper"


@pytest.fixture
def provider():
    return Recorder()


@pytest.fixture
def apply(provider):
    """Deploys a program of one resource, or of none, and returns what the provider was asked."""
    deployment = Deployment(provider, REPLACEMENTS)

    async def apply(type_="Thing", urn=URN, **inputs):
        names = ("protect", "former_urns", "deletes_first")
        options = {key: inputs.pop(key) for key in names if key in inputs}
        provider.calls.clear()
        if inputs:
            await deployment.register(
                Declaration(urn=urn, type_=type_, name="a", inputs=inputs, custom=True, **options)
            )
        await deployment.finish({urn} if inputs else ())
        return list(provider.calls)

    return apply


async def test_replacement_is_created_before_the_old_resource_is_deleted(apply):
    await apply(shape="round")

    assert await apply(shape="flat") == [("create", f"{URN}#2"), ("delete", URN)]
    assert await apply(shape="flat", size=1) == [("update", f"{URN}#2")]
    assert await apply(shape="round") == [("create", URN), ("delete", f"{URN}#2")]


async def test_resource_of_the_same_name_is_deleted_first(apply):
    await apply(name="one", shape="round")

    assert await apply(name="one", shape="flat") == [("delete", URN), ("create", URN)]
    assert await apply(name="two", shape="round") == [("create", f"{URN}#2"), ("delete", URN)]


@pytest.mark.parametrize("name", ["one", "two"])
@pytest.mark.parametrize("deletes_first", [True, False])
async def test_the_program_can_choose_the_order_of_a_replacement(apply, name, deletes_first):
    await apply(name="one", shape="round")
    changed = await apply(name=name, shape="flat", deletes_first=deletes_first)

    if deletes_first:
        assert changed == [("delete", URN), ("create", URN)]
    else:
        assert changed == [("create", f"{URN}#2"), ("delete", URN)]


async def test_nothing_is_deleted_before_the_new_resources_run(apply, provider):
    await apply(shape="round")
    provider.runs = False
    for shape, identity in (("flat", f"{URN}#2"), ("round", f"{URN}#3")):
        with pytest.raises(ProviderError, match="no task is healthy"):
            await apply(shape=shape)
        assert provider.calls == [("create", identity)]
    provider.runs = True

    assert await apply(shape="round") == [("delete", f"{URN}#2"), ("delete", URN)]


async def test_protected_resource_is_neither_deleted_nor_replaced(apply, provider):
    await apply(shape="round", protect=True)
    with pytest.raises(ProviderError, match="is protected and cannot be deleted"):
        await apply()
    with pytest.raises(ProviderError, match="is protected and cannot be replaced"):
        await apply(shape="flat")
    assert provider.calls == []

    assert await apply(shape="round", protect=False) == []
    assert await apply() == [("delete", URN)]


async def test_resource_with_data_is_changed_in_place(apply):
    await apply("Keeper", shape="round")

    assert await apply("Keeper", shape="flat") == [("update", URN)]
    assert await apply() == []


async def test_resource_is_found_under_its_alias(apply):
    await apply(shape="round")

    assert await apply(urn=f"{URN}b", former_urns=[URN], shape="round") == []
    assert await apply(urn=f"{URN}b", former_urns=[URN], shape="round", size=1) == [("update", URN)]


async def test_renamed_resource_of_the_same_name_is_deleted_first(apply):
    await apply(name="one", shape="round")

    renamed = {"urn": f"{URN}b", "former_urns": [URN]}
    assert await apply(name="one", shape="flat", **renamed) == [
        ("delete", URN),
        ("create", f"{URN}b"),
    ]


async def test_resource_is_deleted_after_its_update_under_an_alias_failed(apply, provider):
    await apply(size=1)
    provider.update = fail
    with pytest.raises(ProviderError, match="not possible"):
        await apply(urn=f"{URN}b", former_urns=[URN], size=2)

    assert await apply() == [("delete", URN)]
    assert await apply() == []


async def fail(*_):
    raise ProviderError("not possible")
