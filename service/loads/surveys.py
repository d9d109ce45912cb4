"""Survey answers: `customer,kind,score,answered_on[,key,contact,comment]`.

A row without a key gets one made of what it says and of its ordinal among equal rows, so that the
same file loaded again changes nothing, and two who answered alike on one day stay two.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import CONTACT as OF_CONTACT
from accounts.loads.checks import CUSTOMER as OF_CUSTOMER
from accounts.loads.checks import reject_moved, reject_repeats, resolve
from accounts.loads.kinds.called import by_column
from accounts.loads.kinds.common import CONTACT, CUSTOMER, KEY
from accounts.loads.reading import Column
from accounts.loads.reading.values import Choice, Day, Text, Whole
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert
from service.models.surveys import SCALES, SurveyKind

CALLED = by_column("""
key: survey_id answer_id response_id survey_key id 问卷编号 答卷编号 回复编号 编号 answer_no
    response_no
kind: survey_kind survey_type type survey 问卷类型 调查类型 类型 指标
score: rating value points 得分 分数 评分 打分
answered_on: answered_at response_date answered date submitted_on submitted_at 答复日期 回答日期
    填写日期 提交日期 评分日期 日期
comment: comments remark feedback text verbatim 意见 评语 评论 反馈 备注
""")

ANSWER_KIND = Choice(
    tuple(SurveyKind.values),
    also=(
        ("net_promoter_score", "nps"),
        ("customer_satisfaction", "csat"),
        ("satisfaction", "csat"),
        ("customer_effort", "ces"),
        ("customer_effort_score", "ces"),
        ("净推荐值", "nps"),
        ("推荐值", "nps"),
        ("推荐度", "nps"),
        ("满意度", "csat"),
        ("客户满意度", "csat"),
        ("费力度", "ces"),
        ("客户费力度", "ces"),
    ),
)

# Where the file has no key: SHA-256 of what the row says and of its ordinal among equal rows.
MAKE_KEYS = """
UPDATE load_row s SET key = 'row-' || encode(sha256(convert_to(concat_ws(E'\\x1f',
       s.customer, s.kind, s.score::text, s.answered_on::text, coalesce(s.contact, ''),
       n.ordinal::text), 'UTF8')), 'hex')
  FROM (SELECT line, row_number() OVER (PARTITION BY customer, kind, score, answered_on, contact
                                        ORDER BY line) AS ordinal
          FROM load_row WHERE key IS NULL) n
 WHERE n.line = s.line
"""

# Of the contact on the day of the answer, whatever is known of it today.
ROLES = """
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT role.role ORDER BY role.role) AS held
      FROM accounts_contactrole role
     WHERE role.tenant_id = %(tenant)s AND role.contact_id = s.contact_id
       AND coalesce(role.from_on <= s.answered_on, true)
       AND coalesce(role.to_on >= s.answered_on, true)
) roles ON true
"""


class Surveys(TableKind):
    """Answers to surveys that were asked elsewhere."""

    name = "surveys"
    label = _("Survey answers")
    order = 95
    columns = (
        CUSTOMER,
        Column("kind", ANSWER_KIND, required=True, filled=True, synonyms=CALLED["kind"]),
        Column("score", Whole(), required=True, filled=True, synonyms=CALLED["score"]),
        Column("answered_on", Day(), required=True, filled=True, synonyms=CALLED["answered_on"]),
        Column("key", KEY, synonyms=CALLED["key"]),
        CONTACT,
        Column("comment", Text(10_000), synonyms=CALLED["comment"]),
    )
    upsert = Upsert(
        table="service_surveyanswer",
        plan="load_survey",
        key={"key": "s.key"},
        fields=(
            Field("customer_id", "s.customer_id"),
            Field("kind", "s.kind", "kind"),
            Field("score", "s.score", "score"),
            Field("answered_on", "s.answered_on", "answered_on"),
            Field("contact_id", "s.contact_id", "contact", refers_to="accounts_contact"),
            Field("comment", "s.comment", "comment", empty="''"),
            # No column of the file: kept as they were found first, unless somebody else answered.
            Field("roles", "roles.held", "roles", empty="'{}'"),
            Field("further", "NULL::jsonb", "further", empty="'{}'::jsonb"),
        ),
        joins=ROLES,
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_CUSTOMER, OF_CONTACT)
        self._reject_off_scale(stage)
        self._reject_asked_here(stage)
        stage.drop_rejected("load_row")
        stage.run(MAKE_KEYS)
        reject_moved(stage, self.upsert.table, "answer_of_another")
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        self.upsert.make_plan(stage)
        if "contact" in stage.present:
            stage.run(
                "UPDATE load_survey p SET new_roles = p.file_roles FROM service_surveyanswer t "
                "WHERE t.tenant_id = %(tenant)s AND t.id = p.row_id AND NOT p.is_new "
                "AND t.contact_id IS DISTINCT FROM p.new_contact_id"
            )

    def _reject_off_scale(self, stage: Stage) -> None:
        for kind, (low, high) in SCALES.items():
            stage.reject(
                "score",
                "score_off_scale",
                "SELECT s.line, s.score::text, jsonb_build_object('kind', s.kind, "
                f"'low', {low}, 'high', {high}) FROM load_row s "
                f"WHERE s.kind = '{kind}' AND s.score NOT BETWEEN {low} AND {high}",
            )

    def _reject_asked_here(self, stage: Stage) -> None:
        """What a customer's person answered by a link is theirs to change."""
        stage.reject(
            "key",
            "answer_by_link",
            "SELECT s.line, s.key, NULL::jsonb FROM load_row s JOIN service_surveyanswer t "
            "ON t.tenant_id = %(tenant)s AND t.key = s.key AND t.invitation_id IS NOT NULL",
        )


KINDS = (Surveys(),)
