//! Mainnet's configuration: limits, fees and the host's cost parameters, as entries of the ledger.

use stellar_xdr::{
    ConfigSettingContractBandwidthV0, ConfigSettingContractComputeV0,
    ConfigSettingContractEventsV0, ConfigSettingContractExecutionLanesV0,
    ConfigSettingContractHistoricalDataV0, ConfigSettingContractLedgerCostExtV0,
    ConfigSettingContractLedgerCostV0, ConfigSettingContractParallelComputeV0, ConfigSettingEntry,
    ConfigSettingScpTiming, ContractCostParamEntry, ContractCostParams, EvictionIterator,
    ExtensionPoint, StateArchivalSettings,
};

/// The protocol that the contract host speaks.
pub const PROTOCOL: u32 = 28;
/// Stroops an operation.
pub const BASE_FEE: u32 = 100;
/// Stroops an entry that an account owns; an account counts as two.
pub const BASE_RESERVE: u32 = 5_000_000;
/// Operations of classic transactions in a ledger.
pub const MAX_TX_SET_SIZE: u32 = 1_000;

/// Bytes of Soroban state, from which the rent of a kilobyte follows: mainnet's of September 2026, with
/// which rent costs the least that the protocol allows. This network's own state does not change it.
const STATE_SIZE: u64 = 1_681_237_636;

/// What a network decides by vote. Fees, and limits of a transaction, are mainnet's of July 2026; limits
/// of a whole ledger are this project's choice, near mainnet's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub compute: ConfigSettingContractComputeV0,
    pub ledger_cost: ConfigSettingContractLedgerCostV0,
    pub ledger_cost_ext: ConfigSettingContractLedgerCostExtV0,
    pub historical: ConfigSettingContractHistoricalDataV0,
    pub events: ConfigSettingContractEventsV0,
    pub bandwidth: ConfigSettingContractBandwidthV0,
    pub archival: StateArchivalSettings,
    pub lanes: ConfigSettingContractExecutionLanesV0,
    pub max_contract_size: u32,
    pub max_data_key_size: u32,
    pub max_data_entry_size: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            compute: ConfigSettingContractComputeV0 {
                ledger_max_instructions: 1_000_000_000,
                tx_max_instructions: 400_000_000,
                fee_rate_per_instructions_increment: 7,
                tx_memory_limit: 41_943_040,
            },
            ledger_cost: ConfigSettingContractLedgerCostV0 {
                ledger_max_disk_read_entries: 1_000,
                ledger_max_disk_read_bytes: 3_500_000,
                ledger_max_write_ledger_entries: 500,
                ledger_max_write_bytes: 286_720,
                tx_max_disk_read_entries: 200,
                tx_max_disk_read_bytes: 200_000,
                tx_max_write_ledger_entries: 200,
                tx_max_write_bytes: 132_096,
                fee_disk_read_ledger_entry: 1_563,
                fee_write_ledger_entry: 2_500,
                fee_disk_read1_kb: 447,
                soroban_state_target_size_bytes: 3_000_000_000,
                rent_fee1_kb_soroban_state_size_low: -17_000,
                rent_fee1_kb_soroban_state_size_high: 10_000,
                soroban_state_rent_fee_growth_factor: 5_000,
            },
            ledger_cost_ext: ConfigSettingContractLedgerCostExtV0 {
                tx_max_footprint_entries: 400,
                fee_write1_kb: 875,
            },
            historical: ConfigSettingContractHistoricalDataV0 { fee_historical1_kb: 4_059 },
            events: ConfigSettingContractEventsV0 {
                tx_max_contract_events_size_bytes: 16_384,
                fee_contract_events1_kb: 5_000,
            },
            bandwidth: ConfigSettingContractBandwidthV0 {
                ledger_max_txs_size_bytes: 266_240,
                tx_max_size_bytes: 132_096,
                fee_tx_size1_kb: 406,
            },
            archival: StateArchivalSettings {
                max_entry_ttl: 3_110_400,
                min_temporary_ttl: 17_280,
                min_persistent_ttl: 2_073_600,
                persistent_rent_rate_denominator: 1_215,
                temp_rent_rate_denominator: 2_430,
                max_entries_to_archive: 1_000,
                live_soroban_state_size_window_sample_size: 30,
                live_soroban_state_size_window_sample_period: 64,
                eviction_scan_size: 100_000,
                starting_eviction_scan_level: 7,
            },
            lanes: ConfigSettingContractExecutionLanesV0 { ledger_max_tx_count: 100 },
            max_contract_size: 131_072,
            max_data_key_size: 250,
            max_data_entry_size: 65_536,
        }
    }
}

impl Settings {
    /// As the entries under which a network keeps them; `milliseconds` between two ledgers.
    pub fn entries(&self, milliseconds: u32) -> Vec<ConfigSettingEntry> {
        use ConfigSettingEntry as Entry;
        vec![
            Entry::ContractMaxSizeBytes(self.max_contract_size),
            Entry::ContractComputeV0(self.compute.clone()),
            Entry::ContractLedgerCostV0(self.ledger_cost.clone()),
            Entry::ContractHistoricalDataV0(self.historical.clone()),
            Entry::ContractEventsV0(self.events.clone()),
            Entry::ContractBandwidthV0(self.bandwidth.clone()),
            Entry::ContractCostParamsCpuInstructions(cost_params(|cost| (cost.0, cost.1))),
            Entry::ContractCostParamsMemoryBytes(cost_params(|cost| (cost.2, cost.3))),
            Entry::ContractDataKeySizeBytes(self.max_data_key_size),
            Entry::ContractDataEntrySizeBytes(self.max_data_entry_size),
            Entry::StateArchival(self.archival.clone()),
            Entry::ContractExecutionLanes(self.lanes.clone()),
            Entry::LiveSorobanStateSizeWindow(vec![STATE_SIZE; 30].try_into().expect("thirty")),
            Entry::EvictionIterator(EvictionIterator {
                bucket_list_level: self.archival.starting_eviction_scan_level,
                is_curr_bucket: true,
                bucket_file_offset: 0,
            }),
            Entry::ContractParallelComputeV0(ConfigSettingContractParallelComputeV0 {
                ledger_max_dependent_tx_clusters: 1,
            }),
            Entry::ContractLedgerCostExtV0(self.ledger_cost_ext.clone()),
            Entry::ScpTiming(ConfigSettingScpTiming {
                ledger_target_close_time_milliseconds: milliseconds,
                nomination_timeout_initial_milliseconds: 1_000,
                nomination_timeout_increment_milliseconds: 1_000,
                ballot_timeout_initial_milliseconds: 1_000,
                ballot_timeout_increment_milliseconds: 1_000,
            }),
        ]
    }
}

/// Of one host function's building block: constant and linear term (in 128ths) of its instructions, then
/// of its memory.
type Cost = (i64, i64, i64, i64);

pub fn cost_params(terms: impl Fn(&Cost) -> (i64, i64)) -> ContractCostParams {
    let entry = |cost| {
        let (const_term, linear_term) = terms(cost);
        ContractCostParamEntry { ext: ExtensionPoint::V0, const_term, linear_term }
    };
    ContractCostParams(COSTS.iter().map(entry).collect::<Vec<_>>().try_into().expect("few"))
}

/// The host's own calibration, which mainnet uses, in the order of `ContractCostType`.
const COSTS: [Cost; 86] = [
    (4, 0, 0, 0),                         // WasmInsnExec
    (434, 16, 16, 128),                   // MemAlloc
    (42, 16, 0, 0),                       // MemCpy
    (44, 16, 0, 0),                       // MemCmp
    (295, 0, 0, 0),                       // DispatchHostFunction
    (60, 0, 0, 0),                        // VisitObject
    (221, 26, 242, 384),                  // ValSer
    (331, 4369, 0, 384),                  // ValDeser
    (3636, 7013, 0, 0),                   // ComputeSha256Hash
    (40256, 0, 0, 0),                     // ComputeEd25519PubKey
    (377551, 4059, 0, 0),                 // VerifyEd25519Sig
    (417482, 45712, 132773, 4903),        // VmInstantiation
    (41142, 634, 69472, 1217),            // VmCachedInstantiation
    (1945, 0, 14, 0),                     // InvokeVmFunction
    (6481, 5943, 0, 0),                   // ComputeKeccak256Hash
    (711, 0, 0, 0),                       // DecodeEcdsaCurve256Sig
    (2314804, 0, 181, 0),                 // RecoverEcdsaSecp256k1Key
    (4176, 0, 99, 0),                     // Int256AddSub
    (4716, 0, 99, 0),                     // Int256Mul
    (4680, 0, 99, 0),                     // Int256Div
    (4256, 0, 99, 0),                     // Int256Pow
    (884, 0, 99, 0),                      // Int256Shift
    (1059, 502, 0, 0),                    // ChaCha20DrawBytes
    (73077, 25410, 17564, 6457),          // ParseWasmInstructions
    (0, 540752, 0, 47464),                // ParseWasmFunctions
    (0, 176363, 0, 13420),                // ParseWasmGlobals
    (0, 29989, 0, 6285),                  // ParseWasmTableEntries
    (0, 1061449, 0, 64670),               // ParseWasmTypes
    (0, 237336, 0, 29074),                // ParseWasmDataSegments
    (0, 328476, 0, 48095),                // ParseWasmElemSegments
    (0, 701845, 0, 103229),               // ParseWasmImports
    (0, 429383, 0, 36394),                // ParseWasmExports
    (0, 28, 0, 257),                      // ParseWasmDataSegmentBytes
    (43030, 0, 70704, 0),                 // InstantiateWasmInstructions
    (0, 7556, 0, 14613),                  // InstantiateWasmFunctions
    (0, 10711, 0, 6833),                  // InstantiateWasmGlobals
    (0, 3300, 0, 1025),                   // InstantiateWasmTableEntries
    (0, 0, 0, 0),                         // InstantiateWasmTypes
    (0, 23038, 0, 129632),                // InstantiateWasmDataSegments
    (0, 42488, 0, 13665),                 // InstantiateWasmElemSegments
    (0, 828974, 0, 97637),                // InstantiateWasmImports
    (0, 297100, 0, 9176),                 // InstantiateWasmExports
    (0, 14, 0, 126),                      // InstantiateWasmDataSegmentBytes
    (1882, 0, 0, 0),                      // Sec1DecodePointUncompressed
    (3000906, 0, 0, 0),                   // VerifyEcdsaSecp256r1Sig
    (661, 0, 0, 0),                       // Bls12381EncodeFp
    (985, 0, 0, 0),                       // Bls12381DecodeFp
    (1934, 0, 0, 0),                      // Bls12381G1CheckPointOnCurve
    (730510, 0, 0, 0),                    // Bls12381G1CheckPointInSubgroup
    (5921, 0, 0, 0),                      // Bls12381G2CheckPointOnCurve
    (1057822, 0, 0, 0),                   // Bls12381G2CheckPointInSubgroup
    (92642, 0, 0, 0),                     // Bls12381G1ProjectiveToAffine
    (100742, 0, 0, 0),                    // Bls12381G2ProjectiveToAffine
    (7689, 0, 0, 0),                      // Bls12381G1Add
    (2458985, 0, 0, 0),                   // Bls12381G1Mul
    (2347584, 94135478, 109494, 266603),  // Bls12381G1Msm
    (1020885, 0, 2776, 0),                // Bls12381MapFpToG1
    (2638451, 6803, 5896, 0),             // Bls12381HashToG1
    (25207, 0, 0, 0),                     // Bls12381G2Add
    (7873219, 0, 0, 0),                   // Bls12381G2Mul
    (7663880, 298580871, 219654, 266603), // Bls12381G2Msm
    (1856539, 0, 1672, 0),                // Bls12381MapFp2ToG2
    (6315452, 7232, 3960, 0),             // Bls12381HashToG2
    (10558948, 632860943, 2204, 9340474), // Bls12381Pairing
    (1994, 0, 0, 0),                      // Bls12381FrFromU256
    (1155, 0, 248, 0),                    // Bls12381FrToU256
    (74, 0, 0, 0),                        // Bls12381FrAddSub
    (332, 0, 0, 0),                       // Bls12381FrMul
    (691, 74558, 0, 128),                 // Bls12381FrPow
    (35421, 0, 0, 0),                     // Bls12381FrInv
    (344, 0, 0, 0),                       // Bn254EncodeFp
    (476, 0, 0, 0),                       // Bn254DecodeFp
    (904, 0, 0, 0),                       // Bn254G1CheckPointOnCurve
    (2811, 0, 0, 0),                      // Bn254G2CheckPointOnCurve
    (1706052, 0, 0, 0),                   // Bn254G2CheckPointInSubgroup
    (61, 0, 0, 0),                        // Bn254G1ProjectiveToAffine
    (3623, 0, 0, 0),                      // Bn254G1Add
    (1150435, 0, 0, 0),                   // Bn254G1Mul
    (5263916, 392472814, 1821, 6232546),  // Bn254Pairing
    (2052, 0, 0, 0),                      // Bn254FrFromU256
    (1133, 0, 312, 0),                    // Bn254FrToU256
    (74, 0, 0, 0),                        // Bn254FrAddSub
    (332, 0, 0, 0),                       // Bn254FrMul
    (755, 68930, 0, 0),                   // Bn254FrPow
    (33151, 0, 0, 0),                     // Bn254FrInv
    (1185193, 41568084, 73061, 229779),   // Bn254G1Msm
];
