FROM debian:bookworm-slim AS build
COPY scripts/deps /wiredesk/scripts/deps
RUN /wiredesk/scripts/deps
COPY . /wiredesk
RUN cmake -S /wiredesk -B /build -G Ninja \
    && ninja -C /build wiredesk wiredesk-ingest wiredesk-normalize wiredesk-tag wiredesk-dedup wiredesk-report \
    && DESTDIR=/out cmake --install /build --strip

FROM debian:bookworm-slim
RUN apt-get -q update \
    && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
        libarchive13 libcld2-0 libczmq4 libicu72 libjansson4 liblmdb0 libmicrohttpd12 libmsgpackc2 libsimdjson14 libsodium23 libsqlite3-0 \
        libuchardet0 libxml2 libxxhash0 libzmq5 zlib1g \
    && rm -rf /var/lib/apt/lists/*
# Fresh volumes take over the owner of what the image has at their place.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin wiredesk \
    && install -d -m 0700 -o wiredesk -g wiredesk /state /state/journal /state/index /state/report
COPY --from=build /out/ /
COPY LICENSE NOTICE /usr/local/share/doc/wiredesk/
USER wiredesk
ENV WIREDESK_STATE=/state
WORKDIR /state
CMD ["wiredesk", "help"]
