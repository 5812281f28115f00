// SPDX-License-Identifier: Apache-2.0

// A profile is a YAML file `profiles/NAME.yaml`: a flat map. Every quantity carries its unit, and each line ends in a
// comment `# source: …` or `# estimate`. The keys of a provider's profile (a scenario may override each of them):
//
//   kind: provider                  # provider | kafka | direct | store: what the profile is for; required
//   about: Apple Push Notification service
//   dialect: apns                   # apns | fcm | sms | smtp | gateway; required
//   latency: lognormal median 45ms p99 400ms     # any distribution of time; required
//   capacity: 100k/s                # requests per second, or `unbounded`; default unbounded
//   maximum-wait: 1s                # what would wait longer is excess; default 1s
//   excess: 503 ServiceUnavailable  # queue | reset | an answer: STATUS or STATUS REASON; default queue
//   quota:                          # or `none` (the default)
//     count: 600k                   # requests in one window
//     window: 1min
//     refill: at-once               # at-once | steady (the default)
//     burst: 20                     # how much of a steady quota can be saved up; default: all of count
//     answer: 429 QUOTA_EXCEEDED    # STATUS or STATUS REASON; required
//   outcomes:                       # answers that occur without any fault; default none
//     - {answer: 410 Unregistered, share: 0.1%, layer: recipient}    # layer: recipient | call (the default)
//   retry-after: 30s                # on its 429 and 503, or `none` (the default)
//   weather: 0.2                    # sigma of the lognormal factor per second on its latency, a plain number; default 0
//   error-weather: 0.5              # the same on the shares of its `call` outcomes; default 0
//   rejection-cost: 2%              # what turning away costs, of the work of serving; default 2%
//   rejection-latency: 10%          # how long turning away takes, of the latency drawn; default 10%
//   answers: on-admission           # on-admission | after-work (the default)
//   concurrency: {limit: 100, answer: 429 20429}      # requests under way at once, or `none` (the default)
//   greylisting: {share: 10%, delay: 5min, memory: 36d, answer: 451 4.7.1}      # or `none` (the default)
//
// In a scenario `quota: 4.8M/min` replaces count and window and keeps the profile's refill and answer; `none` removes it.
// An answer is `STATUS` or `STATUS REASON`, the reason as the dialect's taxonomy spells it: `410 Unregistered` (apns),
// `404 UNREGISTERED` (fcm), `400 21211` (sms), `550 5.1.1` (smtp).
//
// A store's profile has: kind: store, latency, capacity (or `unbounded`), maximum-wait, errors (a share), shards.
// A broker's profile has kind: direct and nothing else, or kind: kafka and Kafka's settings (see `kafka.yaml`).
