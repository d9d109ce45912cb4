"""URLs of surveys."""

from __future__ import annotations

from django.urls import path

from service.views import survey_asking, survey_rounds, survey_words, surveys

urlpatterns = [
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/rounds/", survey_rounds.survey_rounds, name="survey_rounds"),
    path("surveys/rounds/new/", survey_asking.new_survey_round, name="new_survey_round"),
    path("surveys/rounds/<int:pk>/", survey_rounds.survey_round, name="survey_round"),
    path(
        "surveys/rounds/<int:pk>/closures/",
        survey_rounds.survey_round_closures,
        name="survey_round_closures",
    ),
    path(
        "surveys/rounds/<int:pk>/links/<int:link_pk>/renewals/",
        survey_rounds.survey_link_renewals,
        name="survey_link_renewals",
    ),
    path(
        "surveys/rounds/<int:pk>/links/<int:link_pk>/revocations/",
        survey_rounds.survey_link_revocations,
        name="survey_link_revocations",
    ),
    path("surveys/questions/", survey_words.survey_words, name="survey_words"),
    path("surveys/questions/new/", survey_words.new_survey, name="new_survey"),
    path("surveys/questions/<slug:reference>/", survey_words.edit_survey, name="edit_survey"),
    path("surveys/rules/", survey_words.survey_rules, name="survey_rules"),
    path(
        "customers/<int:pk>/surveys/new/",
        survey_asking.new_contact_survey,
        name="new_contact_survey",
    ),
]
