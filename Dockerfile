FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --create-home --uid 10001 tenure
WORKDIR /app
COPY requirements-runtime.lock .
RUN pip install --require-hashes -r requirements-runtime.lock
COPY --chown=tenure:tenure . .
RUN mkdir -p /data .static && chown -R tenure:tenure /data /app
USER tenure
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000
# Neither step needs a database: the addresses are only names here.
RUN DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost SECRET_KEY=build \
    python manage.py compile_translations && \
    DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost SECRET_KEY=build \
    python manage.py collectstatic --no-input
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--timeout=120", "--no-control-socket"]
