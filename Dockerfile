# kugetsu with all that it needs: docker build -t kugetsu .
# docs/operations.md says how it is run; docs/toolchains.md how your agents get Go, Python or Java.
ARG NODE=node:24-bookworm-slim

# The package, built from this checkout. No install script is needed here or below, so none is run.
FROM ${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm pack --pack-destination /tmp && mv /tmp/kugetsu-*.tgz /tmp/kugetsu.tgz

# What it brings along: opencode, ripgrep and SQLite. Of opencode's two builds for x64, of 180 MB each, the one that
# runs on every processor is enough.
FROM ${NODE} AS install
COPY --from=build /tmp/kugetsu.tgz /tmp/
RUN npm install --global --prefix /opt/kugetsu --ignore-scripts /tmp/kugetsu.tgz
WORKDIR /opt/kugetsu/lib/node_modules/kugetsu/node_modules
RUN if [ -d opencode-linux-x64-baseline ]; then rm -r opencode-linux-x64; fi

FROM ${NODE}
# tini: what a box leaves behind needs a first process that asks for it. No versions are named: Debian's archive keeps
# only the newest of a release.
# hadolint ignore=DL3008
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    bubblewrap ca-certificates git tini \
  && rm -rf /var/lib/apt/lists/*
COPY --from=install /opt/kugetsu /opt/kugetsu
RUN ln -s /opt/kugetsu/bin/kugetsu /usr/local/bin/kugetsu \
  && useradd --create-home --uid 10001 --user-group kugetsu \
  && install -d -o kugetsu -g kugetsu -m 0700 /var/lib/kugetsu
ENV KUGETSU_HOME=/var/lib/kugetsu HOST=0.0.0.0 PORT=3000
# By its number, so that whoever runs the image can see that it is not root.
USER 10001:10001
WORKDIR /home/kugetsu
VOLUME /var/lib/kugetsu
EXPOSE 3000
# Whether it lives, not whether it is ready: a forge that is away for an hour is no reason to start the bot anew.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "-e", \
  "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "-s", "--", "kugetsu"]
CMD ["serve"]
