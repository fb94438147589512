// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
]

// Tests use unsafe C functions and buffers often: a mark on each such expression would tell nothing.
let testSettings: [SwiftSetting] = settings.dropLast()

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A library of an outside package, for an adapter: used if the trait is on.
func product(_ name: String, _ package: String, _ trait: String) -> Target.Dependency {
  .product(name: name, package: package, condition: .when(traits: [trait]))
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport", "TestThreads"], swiftSettings: testSettings)
}

/// A stub of another package with its public names, for `NameTests`.
func stub(_ name: String) -> Target {
  .target(name: name, path: "Tests/NameTests/Stubs/\(name)", swiftSettings: testSettings)
}

let package = Package(
  name: "swift-otlp",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SwiftOTLP", targets: ["SwiftOTLP"]),
    .library(name: "TelemetrySDK", targets: ["TelemetrySDK"]),
    .library(name: "OTLPGRPC", targets: ["OTLPGRPC"]),
    .library(name: "OTLPHTTP", targets: ["OTLPHTTP"]),
    .library(name: "OTLPFile", targets: ["OTLPFile"]),
    .library(name: "TelemetryDatabase", targets: ["TelemetryDatabase"]),
    .library(name: "OTLPTesting", targets: ["OTLPTesting"]),
    .executable(name: "otlp", targets: ["otlp"]),
    .library(name: "TelemetryTracing", targets: ["TelemetryTracing"]),
    .library(name: "TelemetryLogging", targets: ["TelemetryLogging"]),
    .library(name: "TelemetryMetrics", targets: ["TelemetryMetrics"]),
    .library(name: "TelemetryLifecycle", targets: ["TelemetryLifecycle"]),
    .library(name: "TelemetryOpenTelemetry", targets: ["TelemetryOpenTelemetry"]),
  ],
  // All off by default. SwiftPM neither resolves nor downloads a package that only a disabled trait uses.
  traits: [
    .trait(name: "HTTP", description: "OTLPHTTP: OTLP over HTTP; needs libcurl with OpenSSL"),
    .trait(name: "SQLite", description: "TelemetryDatabase: telemetry into a file of SQLite; needs SQLite"),
    .trait(name: "PostgreSQL", description: "TelemetryDatabase: telemetry into PostgreSQL; needs libpq"),
    .trait(name: "DistributedTracing", description: "TelemetryTracing: a tracer for swift-distributed-tracing"),
    .trait(name: "Logging", description: "TelemetryLogging: swift-log to log records, diagnostics to swift-log"),
    .trait(name: "Metrics", description: "TelemetryMetrics: the pipeline's own metrics to swift-metrics"),
    .trait(name: "ServiceLifecycle", description: "TelemetryLifecycle: Telemetry as a service of a service group"),
    .trait(name: "OpenTelemetrySwift", description: "TelemetryOpenTelemetry: an exporter for opentelemetry-swift"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.12.0"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.5.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.6.0"),
    .package(url: "https://github.com/open-telemetry/opentelemetry-swift-core.git", from: "2.5.0"),
  ],
  targets: [
    .systemLibrary(
      name: "COTLPNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"]), .brew(["libnghttp2"])]),
    .systemLibrary(
      name: "COTLPOpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(name: "COTLPZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "COTLPSystem"),
    // Without `pkgConfig`: SwiftPM warns of an absent one, also while the trait is off.
    .systemLibrary(name: "COTLPCURL", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(name: "COTLPSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(name: "COTLPPostgres", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),

    library("OTLPSystem", []),
    library("TelemetryCore", ["OTLPSystem", "COTLPSystem"]),
    library("TelemetrySDK", ["TelemetryCore", "OTLPSystem"]),
    library("OTLPWire", ["TelemetrySDK", "TelemetryCore", "COTLPSystem"]),
    library("HTTP2Transport", ["TelemetryCore", "OTLPSystem", "COTLPNGHTTP2", "COTLPOpenSSL"]),
    library("OTLPExport", ["OTLPWire", "HTTP2Transport", "TelemetrySDK", "TelemetryCore", "COTLPZlib"]),
    library("GRPCClient", ["HTTP2Transport", "TelemetryCore"]),
    library("OTLPGRPC", ["OTLPExport", "OTLPWire", "GRPCClient", "HTTP2Transport", "TelemetrySDK", "TelemetryCore"]),
    library(
      "OTLPHTTP",
      [
        "OTLPExport", "OTLPWire", "HTTP2Transport", "TelemetrySDK", "TelemetryCore", "OTLPSystem",
        .target(name: "COTLPCURL", condition: .when(traits: ["HTTP"])),
      ]),
    library("OTLPFile", ["OTLPWire", "TelemetrySDK", "TelemetryCore", "OTLPSystem", "COTLPSystem"]),
    library(
      "TelemetryDatabase",
      [
        "OTLPExport", "OTLPWire", "HTTP2Transport", "TelemetrySDK", "TelemetryCore", "OTLPSystem", "COTLPSystem",
        .target(name: "COTLPSQLite", condition: .when(traits: ["SQLite"])),
        .target(name: "COTLPPostgres", condition: .when(traits: ["PostgreSQL"])),
      ]),
    library("SwiftOTLP", ["OTLPFile", "OTLPGRPC", "OTLPHTTP", "OTLPExport", "TelemetrySDK", "TelemetryCore"]),
    library(
      "OTLPTesting",
      [
        "OTLPExport", "OTLPWire", "GRPCClient", "HTTP2Transport", "TelemetrySDK", "TelemetryCore", "OTLPSystem",
        "COTLPNGHTTP2", "COTLPOpenSSL",
      ]),
    .executableTarget(
      name: "otlp",
      dependencies: [
        "SwiftOTLP", "OTLPFile", "OTLPHTTP", "OTLPGRPC", "TelemetryDatabase", "OTLPTesting", "OTLPExport", "OTLPWire",
        "GRPCClient",
        "HTTP2Transport", "TelemetrySDK", "TelemetryCore", "OTLPSystem", "COTLPSystem",
      ],
      swiftSettings: settings),

    // Adapters to other packages, each behind a trait. Without the trait they hold a message for who forgot it.
    library(
      "TelemetryTracing",
      [
        "SwiftOTLP", "TelemetrySDK", "TelemetryCore",
        product("Tracing", "swift-distributed-tracing", "DistributedTracing"),
      ]),
    library("TelemetryLogging", ["TelemetrySDK", "TelemetryCore", product("Logging", "swift-log", "Logging")]),
    library(
      "TelemetryMetrics",
      ["SwiftOTLP", "TelemetrySDK", "TelemetryCore", product("CoreMetrics", "swift-metrics", "Metrics")]),
    library(
      "TelemetryLifecycle",
      [
        "SwiftOTLP", "TelemetryCore", product("ServiceLifecycle", "swift-service-lifecycle", "ServiceLifecycle"),
      ]),
    library(
      "TelemetryOpenTelemetry",
      [
        "OTLPGRPC", "TelemetrySDK", "TelemetryCore",
        product("OpenTelemetryApi", "opentelemetry-swift-core", "OpenTelemetrySwift"),
        product("OpenTelemetrySdk", "opentelemetry-swift-core", "OpenTelemetrySwift"),
      ]),

    // The threads on which all tests run.
    .target(
      name: "TestThreads", dependencies: ["TelemetryCore"], path: "Tests/TestThreads", swiftSettings: testSettings),
    // Peers, processes and files for tests; no product.
    .target(
      name: "TestSupport", dependencies: ["TelemetryCore"], path: "Tests/TestSupport", swiftSettings: testSettings),
    // The functions that the fuzzers call. `Tests/fuzz` builds the fuzzers, and CI replays the corpus.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "SwiftOTLP", "OTLPHTTP", "OTLPTesting", "OTLPGRPC", "OTLPExport", "OTLPWire", "GRPCClient", "HTTP2Transport",
        "TelemetrySDK",
        "TelemetryCore",
      ], path: "Tests/FuzzTargets", swiftSettings: testSettings),
    // The simulated worlds, for tests and for `Tests/simulate`.
    .target(
      name: "SimulatedWorlds",
      dependencies: [
        "TestSupport", "OTLPTesting", "OTLPGRPC", "OTLPExport", "OTLPWire", "GRPCClient", "HTTP2Transport",
        "TelemetrySDK", "TelemetryCore",
      ], path: "Tests/SimulatedWorlds", swiftSettings: testSettings),
    .executableTarget(
      name: "SimulationRunner", dependencies: ["SimulatedWorlds", "TelemetrySDK", "TelemetryCore"],
      path: "Tests/SimulationRunner", swiftSettings: testSettings),
    // A process that tests fork, stop and watch.
    .executableTarget(
      name: "ProcessSubject",
      dependencies: [
        "SwiftOTLP", "OTLPFile", "OTLPGRPC", "OTLPHTTP", "TelemetryDatabase", "OTLPTesting", "TelemetrySDK",
        "TelemetryCore",
      ],
      path: "Tests/ProcessSubject", swiftSettings: testSettings),
    tests(
      "ProcessTests",
      ["ProcessSubject", "otlp", "TelemetryDatabase", "OTLPTesting", "OTLPWire", "TelemetrySDK", "TelemetryCore"]),
    tests("FuzzReplayTests", ["FuzzTargets"]),

    // Programs as users write them: they see the public names, beside the names of other packages.
    .testTarget(
      name: "NameTests",
      dependencies: [
        "SwiftOTLP", "OTLPGRPC", "OTLPTesting", "TelemetrySDK", "StubNIO", "StubLogging", "StubTracing", "StubServices",
      ], path: "Tests/NameTests", exclude: ["Stubs"], packageAccess: false, swiftSettings: testSettings),
    stub("StubNIO"), stub("StubLogging"), stub("StubTracing"), stub("StubServices"),

    tests("TelemetryCoreTests", ["TelemetryCore", "OTLPTesting"]),
    tests("TelemetrySDKTests", ["TelemetrySDK", "OTLPTesting"]),
    tests("OTLPWireTests", ["OTLPWire", "TelemetrySDK", "TelemetryCore", "OTLPTesting", "COTLPOpenSSL"]),
    tests(
      "OTLPExportTests",
      [
        "OTLPExport", "OTLPGRPC", "GRPCClient", "HTTP2Transport", "OTLPTesting", "OTLPWire", "TelemetrySDK",
        "TelemetryCore",
      ]),
    tests("HTTP2TransportTests", ["HTTP2Transport", "OTLPTesting", "TelemetryCore", "COTLPNGHTTP2"]),
    tests("GRPCClientTests", ["GRPCClient", "HTTP2Transport", "OTLPExport", "OTLPTesting", "TelemetryCore"]),
    tests("OTLPHTTPTests", ["OTLPHTTP", "OTLPTesting", "OTLPExport", "OTLPWire", "HTTP2Transport", "TelemetryCore"]),
    tests("OTLPGRPCTests", ["OTLPGRPC", "OTLPTesting", "OTLPExport", "OTLPWire", "GRPCClient", "HTTP2Transport"]),
    tests("OTLPFileTests", ["OTLPFile", "OTLPWire", "OTLPTesting", "TelemetrySDK", "TelemetryCore"]),
    tests(
      "TelemetryDatabaseTests",
      [
        "TelemetryDatabase", "OTLPTesting", "OTLPExport", "OTLPWire", "HTTP2Transport", "TelemetrySDK", "TelemetryCore",
        .target(name: "COTLPSQLite", condition: .when(traits: ["SQLite"])),
      ]),
    tests("SwiftOTLPTests", ["SwiftOTLP", "OTLPGRPC", "OTLPTesting", "OTLPExport", "TelemetrySDK", "TelemetryCore"]),
    tests(
      "OTLPTestingTests",
      [
        "SimulatedWorlds", "OTLPTesting", "OTLPGRPC", "OTLPExport", "OTLPWire", "GRPCClient", "HTTP2Transport",
        "TelemetrySDK", "TelemetryCore", "COTLPNGHTTP2",
      ]),
    tests(
      "PeerTests",
      [
        "OTLPFile", "OTLPHTTP", "ProcessSubject", "otlp", "OTLPGRPC", "OTLPTesting", "OTLPExport", "OTLPWire",
        "TelemetrySDK",
        "TelemetryCore",
      ]),
    tests(
      "CommandTests",
      [
        "SwiftOTLP", "OTLPGRPC", "otlp", "OTLPTesting", "OTLPExport", "OTLPWire", "TelemetrySDK", "TelemetryCore",
        "HTTP2Transport",
      ]),
    tests(
      "TelemetryTracingTests",
      [
        "TelemetryTracing", "TelemetryLogging", "SwiftOTLP", "TelemetrySDK", "TelemetryCore",
        product("Tracing", "swift-distributed-tracing", "DistributedTracing"),
      ]),
    tests(
      "TelemetryLoggingTests",
      ["TelemetryLogging", "TelemetrySDK", "TelemetryCore", product("Logging", "swift-log", "Logging")]),
    tests(
      "TelemetryMetricsTests",
      [
        "TelemetryMetrics", "SwiftOTLP", "OTLPTesting", "TelemetrySDK", "TelemetryCore",
        product("CoreMetrics", "swift-metrics", "Metrics"),
        product("MetricsTestKit", "swift-metrics", "Metrics"),
      ]),
    tests(
      "TelemetryLifecycleTests",
      [
        "TelemetryLifecycle", "SwiftOTLP", "TelemetrySDK", "TelemetryCore",
        product("Logging", "swift-log", "ServiceLifecycle"),
        product("ServiceLifecycle", "swift-service-lifecycle", "ServiceLifecycle"),
        product("ServiceLifecycleTestKit", "swift-service-lifecycle", "ServiceLifecycle"),
      ]),
    tests(
      "TelemetryOpenTelemetryTests",
      [
        "TelemetryOpenTelemetry", "OTLPTesting", "OTLPGRPC", "TelemetrySDK", "TelemetryCore",
        product("OpenTelemetryApi", "opentelemetry-swift-core", "OpenTelemetrySwift"),
        product("OpenTelemetrySdk", "opentelemetry-swift-core", "OpenTelemetrySwift"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// Builds only some test targets, for quick work: `SWIFT_OTLP_TESTS=TelemetrySDKTests,OTLPExportTests`.
if let only = Context.environment["SWIFT_OTLP_TESTS"]?.split(separator: ",") {
  package.targets.removeAll { $0.isTest && !only.contains(Substring($0.name)) }
}

// Set by `Tests/fuzz`, which links libFuzzer. The coverage counts in the targets that read foreign bytes, not in the
// simulation around them.
if Context.environment["SWIFT_OTLP_FUZZ"] != nil {
  let readers = [
    "TelemetrySDK", "OTLPWire", "OTLPExport", "HTTP2Transport", "GRPCClient", "OTLPGRPC", "OTLPHTTP", "SwiftOTLP",
  ]
  for target in package.targets where readers.contains(target.name) {
    target.swiftSettings = settings + [.unsafeFlags(["-sanitize=fuzzer"])]
  }
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz", swiftSettings: testSettings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
}
