# The DataEngine function as an image: linux/amd64, no root, read-only root file system.
#   docker build --platform linux/amd64 -t exr-inspector .
#   docker run --rm -p 8080:8080 exr-inspector

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY Aptfile ./
COPY scripts/aptfile.sh scripts/
RUN apt-get update \
 && bash scripts/aptfile.sh run >run-packages \
 && bash scripts/aptfile.sh run build | xargs apt-get install -y --no-install-recommends \
 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
# Exactly what the lock file says, or the build fails.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build \
 && node scripts/keep-parts.mjs \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
# Aptfile's section run: no compiler, no headers, no tools. The certificates are for HTTPS to stores and databases.
COPY --from=build /build/run-packages /tmp/run-packages
RUN apt-get update \
 && xargs -a /tmp/run-packages apt-get install -y --no-install-recommends ca-certificates \
 && rm /tmp/run-packages \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/build/Release/*.node ./build/Release/
COPY --from=build /build/dist ./dist
ENV NODE_ENV=production HOME=/tmp
USER 1002:1000
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/liveness`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
