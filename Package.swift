// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The modules, lowest floor first. `Scripts/tidy` checks that imports follow the edges declared here.
// Apache-2.0 up to ScenarioLanguage; what links GSL (CGSL, Statistics and what imports them) is GPL-3.0-or-later.
let package = Package(
    name: "gale",
    products: [
        .executable(name: "gale", targets: ["GaleCommand"]),
        .executable(name: "gale-live", targets: ["GaleLiveCommand"]),
        .library(name: "Gale", targets: ["Gale"]),
        .library(name: "GaleDelivery", targets: ["GaleDelivery", "GalePrimitives"]),
    ],
    traits: [
        .trait(
            name: "PlantedBugs",
            description: "Mistakes that the delivery code makes when it is told to (Scripts/planted-bugs)")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    ],
    targets: [
        .target(name: "CGalePrefetch"),
        .target(name: "CGaleMemory"),
        .target(name: "CGaleTraps"),
        .target(name: "GalePrimitives", dependencies: ["CGalePrefetch"]),
        .target(name: "GaleRandomness", dependencies: ["GalePrimitives"]),
        .target(name: "GaleMeasurement"),
        .target(name: "GaleDelivery", dependencies: ["GalePrimitives"]),
        .target(name: "GaleProviders", dependencies: ["GalePrimitives", "GaleRandomness", "GaleDelivery"]),
        .target(name: "GaleKernel", dependencies: ["GalePrimitives"]),
        .target(
            name: "GaleModels",
            dependencies: [
                "CGalePrefetch", "GalePrimitives", "GaleRandomness", "GaleMeasurement", "GaleDelivery", "GaleProviders",
                "GaleKernel",
            ]),
        .target(
            name: "GaleScenarioLanguage",
            dependencies: [
                "GalePrimitives", "GaleRandomness", "GaleDelivery", "GaleProviders", "GaleModels",
                .product(name: "Yams", package: "Yams"),
            ]),
        // The delivery code over real sockets. Nothing else depends on it, so that `gale` builds without SwiftNIO.
        .target(
            name: "GaleLive",
            dependencies: [
                "GalePrimitives", "GaleRandomness", "GaleMeasurement", "GaleDelivery", "GaleProviders", "GaleKernel",
                "GaleModels", "GaleScenarioLanguage",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ]),
        .executableTarget(
            name: "GaleLiveCommand",
            dependencies: [
                "GalePrimitives", "GaleScenarioLanguage", "GaleLive",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .systemLibrary(name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev"])]),
        .target(name: "GaleStatistics", dependencies: ["CGSL", "GaleMeasurement"]),
        .target(
            name: "GaleExperiments",
            dependencies: [
                "GalePrimitives", "GaleRandomness", "GaleMeasurement", "GaleDelivery", "GaleProviders", "GaleKernel",
                "GaleModels", "GaleScenarioLanguage", "GaleStatistics",
            ]),
        .target(name: "GaleReporting", dependencies: ["GaleExperiments"], resources: [.embedInCode("Page")]),
        .target(
            name: "Gale",
            dependencies: [
                "CGaleMemory", "CGaleTraps", "GalePrimitives", "GaleRandomness", "GaleDelivery", "GaleModels",
                "GaleScenarioLanguage",
                "GaleStatistics", "GaleExperiments", "GaleReporting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "GaleCommand", dependencies: ["Gale"]),
        // For the checks only: mutated scenarios (`Scripts/fuzz-scenarios`, `Scripts/fuzz-reader`).
        .executableTarget(
            name: "GaleFuzz",
            dependencies: [
                "GaleMeasurement", "GaleDelivery", "GaleKernel", "GaleModels", "GaleScenarioLanguage",
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Tests/GaleFuzz", exclude: ["Seeds"]),

        .testTarget(name: "GalePrimitivesTests", dependencies: ["GalePrimitives"]),
        .testTarget(
            name: "GaleRandomnessTests",
            dependencies: ["GalePrimitives", "GaleRandomness", "GaleScenarioLanguage", "GaleStatistics"]),
        .testTarget(name: "GaleMeasurementTests", dependencies: ["GalePrimitives", "GaleMeasurement"]),
        .testTarget(name: "GaleDeliveryTests", dependencies: ["GalePrimitives", "GaleDelivery"]),
        .testTarget(
            name: "GaleProvidersTests",
            dependencies: ["GalePrimitives", "GaleRandomness", "GaleDelivery", "GaleProviders"]),
        .testTarget(name: "GaleKernelTests", dependencies: ["GalePrimitives", "GaleKernel"]),
        .testTarget(
            name: "GaleModelsTests",
            dependencies: [
                "GalePrimitives", "GaleRandomness", "GaleMeasurement", "GaleDelivery", "GaleProviders", "GaleKernel",
                "GaleModels",
            ]),
        .testTarget(
            name: "GaleScenarioLanguageTests",
            dependencies: ["GalePrimitives", "GaleRandomness", "GaleDelivery", "GaleModels", "GaleScenarioLanguage"]),
        .testTarget(
            name: "GaleLiveTests",
            dependencies: [
                "GalePrimitives", "GaleDelivery", "GaleScenarioLanguage", "GaleLive", "GaleLiveCommand",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(
            name: "GaleStatisticsTests", dependencies: ["GaleRandomness", "GaleMeasurement", "GaleStatistics"]),
        .testTarget(
            name: "GaleExperimentsTests",
            dependencies: [
                "GalePrimitives", "GaleMeasurement", "GaleDelivery", "GaleProviders", "GaleModels",
                "GaleScenarioLanguage", "GaleStatistics", "GaleExperiments",
            ]),
        .testTarget(
            name: "GaleReportingTests", dependencies: ["GaleScenarioLanguage", "GaleReporting", "GaleExperiments"]),
        .testTarget(
            name: "GaleTests",
            dependencies: [
                "Gale", "GaleCommand", "GaleExperiments", "GalePrimitives", "GaleScenarioLanguage", "GaleStatistics",
            ]),
    ]
)
