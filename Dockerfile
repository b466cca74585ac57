# Two stages, whose steps are the same scripts that a developer runs. Not built here: this project's machines have no container engine.
FROM debian:12 AS build
WORKDIR /src
COPY scripts scripts
COPY static/package.json static/package-lock.json static/
RUN scripts/setup.sh build
COPY CMakeLists.txt ./
COPY config config
COPY include include
COPY src src
COPY static static
COPY templates templates
RUN cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DMADANG_TESTS=OFF \
 && scripts/build.sh release madang \
 && strip build/release/madang

FROM debian:12-slim
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      libfmt9 libspdlog1.10 libsqlite3-0 libpq5 libhiredis0.14 libssl3 libargon2-1 libtomlplusplus3 zlib1g libutf8proc2 ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/madang --create-home --shell /usr/sbin/nologin madang \
 && chmod 0700 /var/lib/madang
COPY --from=build /src/build/release/madang /usr/local/bin/madang
COPY config/container.toml /etc/madang/madang.toml
# The root may be read-only: Madang writes below /var/lib/madang alone.
USER 10001
WORKDIR /var/lib/madang
VOLUME /var/lib/madang
# In a file, not in the environment: that would count more than the file that an administrator mounts.
ENV MADANG_CONFIG=/etc/madang/madang.toml
EXPOSE 8080 9080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/madang"]
CMD ["serve"]
