# SPDX-License-Identifier: Apache-2.0
# What contract.test.ts asks a real OPA about, as a server and as a compiled bundle.
package countersign

import rego.v1

decision := data.said[input.case]

decision := {"outcome": "deny", "reasons": ["heard"]} if {
	input.case == "heard"
	input.text == data.unusual
}

decision := {"outcome": "deny"} if input.case == "contradiction"

decision := {"outcome": "allow"} if input.case == "contradiction"

decision := {"outcome": "allow"} if {
	input.case == "slow"
	count([1 | some i in numbers.range(1, 10000); some j in numbers.range(1, 10000); i == j + 20000]) == 0
}
