# Stage 1 has pip and builds the environment; stage 2 gets the environment and the application, and nothing else.
FROM python:3.12-slim AS environment

COPY requirements.lock /build/
RUN python -m venv --without-pip /opt/unrolled \
 && pip --python /opt/unrolled/bin/python install --no-cache-dir --disable-pip-version-check \
      --require-hashes --only-binary :all: --requirement /build/requirements.lock \
 && find /opt/unrolled/lib -type d -name tests -prune -exec rm -rf {} + \
 && python -m compileall -q /opt/unrolled/lib

FROM python:3.12-slim

# Nothing is installed here any more.
RUN pip uninstall --yes --quiet --root-user-action ignore pip

ENV PATH=/opt/unrolled/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    UNROLLED_HOST=0.0.0.0 \
    UNROLLED_PORT=8000

COPY --from=environment /opt/unrolled /opt/unrolled
COPY app /srv/unrolled/app
COPY static /srv/unrolled/static
COPY templates /srv/unrolled/templates
COPY LICENSE /srv/unrolled/

WORKDIR /srv/unrolled
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['UNROLLED_PORT']}/healthz\", timeout=2)"]

CMD ["python", "-m", "app"]
