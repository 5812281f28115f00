// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The modules, lowest floor first. `Scripts/tidy` checks that imports follow the edges declared here.
// Apache-2.0 up to ScenarioLanguage; what links GSL (CGSL, Statistics and what imports them) is GPL-3.0-or-later.
let package = Package(
    name: "gale",
    products: [
        .library(name: "GaleDelivery", targets: ["GaleDelivery"]),
    ],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CGalePrefetch"),
        .target(name: "GalePrimitives"),
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
        .testTarget(name: "GaleDeliveryTests", dependencies: ["GalePrimitives", "GaleDelivery"]),
        .testTarget(
            name: "GaleScenarioLanguageTests",
            dependencies: ["GalePrimitives", "GaleRandomness", "GaleDelivery", "GaleModels", "GaleScenarioLanguage"]),
        .testTarget(
            name: "GaleModelsTests",
            dependencies: [
                "GalePrimitives", "GaleRandomness", "GaleMeasurement", "GaleDelivery", "GaleProviders", "GaleKernel",
                "GaleModels",
            ]),
    ]
)
