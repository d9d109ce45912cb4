"""Reports that stay inside: the product digest, which product managers' letters lead to."""

from service.digest_report import digest_report

digest_report.path = "reports/product/%s/"
