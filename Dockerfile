# All images of Lacio. `npm run images` builds them (deploy/images/build.ts); by hand, a service's is
#   docker build --target service --build-arg WORKSPACE=services/booking -t lacio/booking .
# No image has an entrypoint, and none needs a shell at run time: RUNTIME_IMAGE may be any that has Node and the libraries it loads.
ARG NODE_IMAGE=node:26-bookworm
ARG RUNTIME_IMAGE=node:26-bookworm-slim
ARG ENVOY_IMAGE=envoyproxy/envoy:distroless-v1.40.2

# What npm reads: as long as it stays the same, the packages below come from the cache. Docker alone has COPY --parents, and builders
# compare times, too.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
  && find . -type d -empty -delete \
  && find . -exec touch -hd @0 {} +

# All packages, once for all images: gather.ts takes out of them what a workspace needs. No package's script runs.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm \
  npm ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund --no-progress

FROM packages AS contracts
COPY buf.yaml buf.gen.yaml ./
COPY proto proto
RUN npm run generate

FROM contracts AS pages
COPY packages packages
COPY web web
RUN node --input-type=module -e 'import { buildWeb } from "@lacio/testkit/system/web"; await buildWeb();'

# A RUN knows its arguments, so that a new REVISION makes a new bill of materials, and with it new labels. Podman 4 would take the LABELs from
# its cache, with the values of an earlier build.
FROM contracts AS gathered
ARG WORKSPACE
ARG REVISION=unknown
COPY . .
RUN node deploy/images/gather.ts "${WORKSPACE}" /out "${REVISION}"

FROM pages AS gathered-web
ARG REVISION=unknown
COPY . .
RUN node deploy/images/gather.ts web /out "${REVISION}"

FROM ${ENVOY_IMAGE} AS envoy

# ---- what runs

FROM ${RUNTIME_IMAGE} AS runtime
ENV NODE_ENV=production
WORKDIR /app
ENTRYPOINT []
USER 65532:65532

# One of services/. main.ts leads to its main.ts: a CMD without a shell expands no variable.
FROM runtime AS service
COPY --from=gathered /out/packages ./
COPY --from=gathered /out/sources ./
ARG TITLE
ARG DESCRIPTION
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=https://github.com/lacio-salon/lacio
LABEL org.opencontainers.image.title="${TITLE}" \
  org.opencontainers.image.description="${DESCRIPTION}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="Apache-2.0"
CMD ["node", "--import", "@lacio/chassis/telemetry-hook", "main.ts"]

# A process that is no service: the provisioner, the sandbox.
FROM service AS program
CMD ["node", "main.ts"]

FROM program AS edge
COPY --from=envoy /usr/local/bin/envoy /usr/local/bin/envoy

# What an operator runs as a pod, each by its own command: seed, demo.
FROM program AS tools
CMD ["node", "dev/demo.ts"]

FROM runtime AS web
COPY --from=gathered-web /out/packages ./
COPY --from=gathered-web /out/sources ./
ARG TITLE
ARG DESCRIPTION
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=https://github.com/lacio-salon/lacio
LABEL org.opencontainers.image.title="${TITLE}" \
  org.opencontainers.image.description="${DESCRIPTION}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="Apache-2.0"
CMD ["node", "build/index.js"]

# Everything with its sources, which a person who develops in a cluster changes in the running container; each container has a command like
# node --watch --import @lacio/chassis/telemetry-hook services/booking/main.ts
FROM contracts AS dev
COPY --chown=65532:65532 . .
ARG TITLE
ARG DESCRIPTION
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=https://github.com/lacio-salon/lacio
# Vite writes beside what it reads.
RUN mkdir -p node_modules/.vite web/node_modules web/.svelte-kit web/src/lib/paraglide \
  && chown 65532:65532 node_modules node_modules/.vite web web/node_modules web/.svelte-kit web/src/lib/paraglide
LABEL org.opencontainers.image.title="${TITLE}" \
  org.opencontainers.image.description="${DESCRIPTION}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=development
ENTRYPOINT []
USER 65532:65532
CMD ["node", "dev/map.ts"]
