// swift-tools-version: 6.2
import PackageDescription

// A server as a user builds it: Hummingbird with its tracing middleware, swift-log and swift-service-lifecycle over this package.
let package = Package(
  name: "TracedServer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(
      name: "swift-otlp", path: "../..", traits: ["DistributedTracing", "Logging", "Metrics", "ServiceLifecycle"]),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.26.0", traits: []),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.12.0"),
  ],
  targets: [
    .executableTarget(
      name: "TracedServer",
      dependencies: [
        .product(name: "SwiftOTLP", package: "swift-otlp"),
        .product(name: "TelemetryTracing", package: "swift-otlp"),
        .product(name: "TelemetryLogging", package: "swift-otlp"),
        .product(name: "TelemetryLifecycle", package: "swift-otlp"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
