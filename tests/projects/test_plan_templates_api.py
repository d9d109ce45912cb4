"""Templates of plans through the API: drafted whole, published as versions."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from api_program import Program, program
from members import make_member

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from projects.models import PlanTemplate, PlanTemplateVersion

TEMPLATES = "/api/v1/plan-templates"


def tagged(crm: Program, path: str) -> str:
    return str(crm.get(path)["ETag"])


def test_the_shipped_template_is_drafted_and_published(tenant: Tenant) -> None:
    crm = program(tenant, "projects:read", "plan_templates:write")
    (shipped,) = crm.get(TEMPLATES).json()["results"]
    assert (shipped["key"], shipped["version"], shipped["has_draft"]) == ("standard", 1, False)
    at = f"{TEMPLATES}/standard"
    tag = tagged(crm, at)
    with tenant_scope(tenant.pk):
        assert not PlanTemplate.objects.exists(), "reading keeps nothing"
    assert crm.post({}, path=f"{at}/publish").status_code == 409
    phases = deepcopy(shipped["phases"])
    phases[0]["title"]["en"] = "Before all"
    phases[0]["tasks"].append(
        {"key": "coffee", "title": {"en": "Coffee"}, "days": 1, "effort": "0.5"}
    )
    drafted = crm.patch(at, {"phases": phases}, if_match=tag)
    assert drafted.status_code == 200, drafted.content
    draft = drafted.json()
    assert draft["has_draft"]
    assert draft["version"] == 1
    assert draft["faults"] == []
    assert draft["phases"][0]["tasks"][-1] == {
        "key": "coffee", "title": {"en": "Coffee", "zh": ""}, "days": 1, "effort": "0.5",
        "after": [], "offset": 0, "role": {"en": "", "zh": ""}, "side": "vendor",
    }  # fmt: skip
    assert draft["phases"][1:] == shipped["phases"][1:]
    assert crm.patch(at, {"phases": phases}, if_match=tag).status_code == 412
    assert crm.post({}, path=f"{at}/reset").json()["has_draft"] is False
    assert crm.get(at).json()["phases"] == shipped["phases"]
    crm.patch(at, {"phases": phases}, if_match=tagged(crm, at))
    published = crm.post({"note": "Coffee first."}, path=f"{at}/publish")
    assert published.status_code == 200, published.content
    assert [one["version"] for one in published.json()["versions"]] == [2, 1]
    version = crm.get(f"{at}/versions/2").json()
    assert (version["phases"], version["note"]) == (draft["phases"], "Coffee first.")
    assert crm.get(f"{at}/versions/1").json()["phases"] == shipped["phases"]
    assert crm.get(f"{at}/versions/3").status_code == 404
    with tenant_scope(tenant.pk):
        assert PlanTemplateVersion.objects.count() == 2


def test_templates_are_made_and_faults_are_told(tenant: Tenant) -> None:
    crm = program(tenant, "projects:read", "plan_templates:write")
    made = crm.post({"name": "Small"}, path=TEMPLATES).json()
    at = f"{TEMPLATES}/{made['key']}"
    assert (made["phases"], made["version"], len(made["faults"])) == ([], 0, 1)
    assert crm.post({}, path=f"{at}/publish").status_code == 409
    copied = crm.post({"name": "Copy", "copy_of": "standard"}, path=TEMPLATES).json()
    assert copied["phases"] == crm.get(f"{TEMPLATES}/standard").json()["phases"]
    assert crm.post({"name": "x", "copy_of": made["key"]}, path=TEMPLATES).status_code == 400
    assert len(crm.get(TEMPLATES).json()["results"]) == 3
    task = {"key": "a", "title": {"en": "A"}, "days": 1, "effort": "1", "after": ["b"]}
    other = task | {"key": "b", "after": ["a"]}
    phase = {"key": "p", "title": {"en": "P"}, "tasks": [task, other]}
    circle = crm.patch(at, {"phases": [phase]}, if_match=tagged(crm, at)).json()
    assert len(circle["faults"]) == 1
    assert crm.post({}, path=f"{at}/publish").status_code == 409
    odd: list[Any] = [
        [phase, phase], [phase | {"tasks": [task]}], [phase | {"tasks": [task | {"days": -1}]}],
        [phase | {"key": "a b"}], [phase | {"title": {"en": " "}}], [{}], [phase | {"gate": {}}],
        [phase | {"tasks": [task | {"effort": "NaN"}, other]}],
    ]  # fmt: skip
    for wrong in odd:
        refused = crm.patch(at, {"phases": wrong}, if_match="*")
        assert refused.status_code == 400, wrong
    assert crm.get(at).json() == circle
    gate = {
        "title": {"en": "Done?"}, "confirms": {"en": "It is done."}, "vendor_role": {"en": "PM"},
        "customer_role": {"en": "Sponsor"}, "days": 5, "is_acceptance": True,
    }  # fmt: skip
    good = phase | {"tasks": [task | {"after": []}, other], "gate": gate}
    told = crm.patch(at, {"phases": [good]}, if_match="*").json()
    assert told["faults"] == []
    assert told["phases"][0]["gate"]["days"] == 5
    assert crm.post({}, path=f"{at}/publish").json()["version"] == 1
    eve = program(tenant, "projects:read", "plan_templates:write", member=make_member(
        tenant, "sam@acme.example", "service_manager"))  # fmt: skip
    assert eve.patch(at, {"phases": []}, if_match="*").status_code == 403
    assert eve.post({"name": "x"}, path=TEMPLATES).status_code == 403


def test_more_than_is_read_at_once_is_refused_before_it_is_read(tenant: Tenant) -> None:
    crm = program(tenant, "projects:read", "plan_templates:write")
    task = {"title": {"en": "Do it"}, "days": 1, "effort": "1"}

    def refused(sizes: list[int], after: list[str]) -> str:
        phases = [
            {
                "key": f"p{place}", "title": {"en": "Phase"},
                "tasks": [task | {"key": f"t{place}-{n}", "after": after} for n in range(size)],
            }
            for place, size in enumerate(sizes)
        ]  # fmt: skip
        answer = crm.patch(f"{TEMPLATES}/standard", {"phases": phases}, if_match="*")
        assert answer.status_code == 400, answer.content[:200]
        return str(answer.json()["errors"][0]["message"])

    assert refused([500, 500, 500, 500, 1], []).startswith("At most 2000 tasks")
    assert refused([101], [f"t0-{n}" for n in range(100)]).startswith("At most 2000 tasks")
