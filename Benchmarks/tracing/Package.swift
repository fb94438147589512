// swift-tools-version: 6.2
import PackageDescription

// Apart from the other benchmarks, which need no outside package.
let package = Package(
  name: "TracingBenchmark",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-otlp", path: "../..", traits: ["DistributedTracing"]),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.4.0"),
  ],
  targets: [
    .executableTarget(
      name: "tracing-bench",
      dependencies: [
        .product(name: "TelemetryTracing", package: "swift-otlp"),
        .product(name: "TelemetrySDK", package: "swift-otlp"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
