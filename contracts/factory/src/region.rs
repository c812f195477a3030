//! The rules of regions and their pools.

use soroban_sdk::{
    token::TokenClient, unwrap::UnwrapOptimized, Address, BytesN, ContractExecutable, Env,
    Executable, String, Symbol, SymbolStr, TryFromVal,
};
use tributary_common::{
    address, ensure,
    interfaces::{
        factory::{
            FactoryConfig, FactoryError, PoolInfo, PoolKey, Region, RegionParams, RegionToken,
        },
        staking::MIN_AMOUNT,
        token::TokenError,
    },
    ttl,
};

use crate::{
    event::PoolCreated,
    storage::{self, PackedCode, StoredPool, StoredRegion},
};

/// Fee tiers that a region can have.
const MAX_TIERS: u32 = 4;
/// What of a token's symbol goes into the names of shares.
const MAX_SYMBOL: usize = 12;

/// A code is 2 to 12 of A–Z and 0–9.
pub fn pack(env: &Env, code: &Symbol) -> Result<PackedCode, FactoryError> {
    // A symbol is at most 32 characters, which is what this holds.
    let text = SymbolStr::try_from_val(env, &code.to_symbol_val()).unwrap_optimized();
    let text: &[u8] = text.as_ref();
    let allowed = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    ensure(text.len() >= 2 && text.iter().all(allowed), FactoryError::InvalidCode)?;
    let mut packed = [0; 12];
    packed.get_mut(..text.len()).ok_or(FactoryError::InvalidCode)?.copy_from_slice(text);
    Ok(BytesN::from_array(env, &packed))
}

pub fn unpack(env: &Env, code: &PackedCode) -> Option<Symbol> {
    let packed = code.to_array();
    let text = packed.split(|byte| *byte == 0).next()?;
    let text = core::str::from_utf8(text).ok()?;
    (!text.is_empty()).then(|| Symbol::new(env, text))
}

pub fn check(params: &RegionParams) -> Result<(), FactoryError> {
    let tiers = &params.fee_tiers;
    ensure((1..=MAX_TIERS).contains(&tiers.len()), FactoryError::InvalidFeeTiers)?;
    for fee_bps in tiers.iter() {
        ensure((1..=100).contains(&fee_bps), FactoryError::InvalidFeeTiers)?;
        // The first of equal fees is found before the last.
        let same = tiers.first_index_of(fee_bps) == tiers.last_index_of(fee_bps);
        ensure(same, FactoryError::InvalidFeeTiers)?;
    }
    ensure(params.treasury_bps <= 3_333, FactoryError::InvalidTreasuryShare)?;
    check_band(params.band_bps)?;
    ensure(params.min_bond >= MIN_AMOUNT, FactoryError::InvalidMinBond)?;
    match &params.token {
        RegionToken::New(new) => new.check().map_err(|error| match error {
            TokenError::InvalidCap => FactoryError::InvalidCap,
            TokenError::InvalidGenesis => FactoryError::InvalidGenesis,
            TokenError::InvalidName => FactoryError::InvalidName,
            _ => FactoryError::InvalidSymbol,
        }),
        RegionToken::Existing(_) => Ok(()), // asked for its symbol when its pool is named
    }
}

fn check_band(band_bps: u32) -> Result<(), FactoryError> {
    let allowed = band_bps == 0 || (1_000..=5_000).contains(&band_bps);
    ensure(allowed, FactoryError::InvalidBand)
}

/// Deploys a region's treasury, its staking and, if asked, its own token. Each is told the others' addresses and calls
/// none. The region is not stored yet.
pub fn deploy(
    env: &Env,
    config: &FactoryConfig,
    founder: Address,
    code: &Symbol,
    params: RegionParams,
    previous: PackedCode,
) -> StoredRegion {
    let (this, tft) = (env.current_contract_address(), &config.tft);
    let salt = |kind: Symbol| address::salt(env, kind, code, tft, 0);
    let template = |kind: Symbol| ContractExecutable::Wasm(storage::template(env, &kind));
    let treasury = env.deployer().with_current_contract(salt(address::TREASURY)).deploy_contract(
        template(address::TREASURY),
        (
            code.clone(),
            this,
            tft.clone(),
            config.offers.clone(),
            params.council,
            params.guardian.clone(),
        ),
    );
    let staking = env.deployer().with_current_contract(salt(address::STAKING)).deploy_contract(
        template(address::STAKING),
        (tft.clone(), treasury.clone(), params.guardian.clone(), params.min_bond),
    );
    let token = match params.token {
        RegionToken::Existing(token) => token,
        RegionToken::New(new) => env
            .deployer()
            .with_current_contract(salt(address::TOKEN))
            .deploy_contract(template(address::TOKEN), (treasury.clone(), new)),
    };
    StoredRegion {
        founder,
        admin: params.admin,
        guardian: params.guardian,
        treasury,
        staking,
        token,
        fee_tiers: params.fee_tiers,
        treasury_bps: params.treasury_bps,
        endorsed: false,
        last_pool: (tft.clone(), 0),
        previous,
    }
}

/// Pays the rent of a region's treasury, staking and own token, and of what is staked.
pub fn extend(env: &Env, tft: &Address, code: &Symbol) -> Result<(), FactoryError> {
    let StoredRegion { treasury, staking, token, .. } = storage::region(env, code)?;
    ttl::extend_contract(env, &treasury);
    ttl::extend_contract(env, &staking);
    let _ = TokenClient::new(env, tft).try_balance(&staking);
    let this = env.current_contract_address();
    if token == address::of_region(env, &this, address::TOKEN, code, tft) {
        ttl::extend_contract(env, &token);
    }
    Ok(())
}

/// Deploys a pool and registers it in `region`, which is then stored.
pub fn add_pool(
    env: &Env,
    region: &mut StoredRegion,
    key: PoolKey,
    band_bps: u32,
) -> Result<PoolInfo, FactoryError> {
    let tft = storage::config(env).tft;
    ensure(key.token != tft, FactoryError::SameToken)?;
    ensure(region.fee_tiers.contains(key.fee_bps), FactoryError::FeeNotAllowed)?;
    check_band(band_bps)?;
    let this = env.current_contract_address();
    let pool = address::pool(env, &this, &key);
    ensure(!storage::has_pool(env, &pool), FactoryError::DuplicatePool)?;
    let (name, symbol) = names(env, &key)?;

    let PoolKey { code, token, fee_bps } = key.clone();
    let previous = region.last_pool.clone();
    let stored = StoredPool { code, token: token.clone(), fee_bps, band_bps, previous };
    storage::set_pool(env, &pool, &stored);
    region.last_pool = (token.clone(), fee_bps);
    storage::set_region(env, &key.code, region);

    let (token_0, token_1) = if tft < token { (tft, token) } else { (token, tft) };
    let salt = address::salt(env, address::POOL, &key.code, &key.token, fee_bps);
    let template = storage::template(env, &address::POOL);
    env.deployer().with_current_contract(salt).deploy_contract(
        ContractExecutable::Wasm(template),
        (
            token_0,
            token_1,
            fee_bps,
            region.treasury_bps,
            band_bps,
            region.treasury.clone(),
            region.guardian.clone(),
            this,
            name,
            symbol,
        ),
    );
    let PoolKey { code, token, fee_bps } = key;
    PoolCreated { code, token, fee_bps, band_bps, pool: pool.clone() }.publish(env);
    Ok(view_pool(pool, stored))
}

/// Name and symbol of a pool's shares, such as "Tributary ALPS: TFT/ALP 0.30%" and "ALPS-ALP-30".
/// They identify nothing: the registry does.
fn names(env: &Env, key: &PoolKey) -> Result<(String, String), FactoryError> {
    let token = symbol_of(env, &key.token)?;
    let code = SymbolStr::try_from_val(env, &key.code.to_symbol_val()).unwrap_optimized();
    let fee = key.fee_bps;

    let mut name = Text::default();
    name.push(b"Tributary ").push(code.as_ref()).push(b": TFT/").push(token.as_ref()).push(b" ");
    name.digit(fee / 100).push(b".").digit(fee / 10).digit(fee).push(b"%");

    let mut symbol = Text::default();
    symbol.push(code.as_ref()).push(b"-").push(token.as_ref()).push(b"-");
    if fee >= 100 {
        symbol.digit(fee / 100);
    }
    if fee >= 10 {
        symbol.digit(fee / 10);
    }
    symbol.digit(fee);
    Ok((name.into_string(env), symbol.into_string(env)))
}

/// A token's symbol: its first 12 bytes, what is not printable ASCII as "?".
fn symbol_of(env: &Env, token: &Address) -> Result<Text, FactoryError> {
    let contract =
        matches!(token.executable(), Some(Executable::Wasm(_) | Executable::StellarAsset));
    ensure(contract, FactoryError::InvalidToken)?;
    let symbol = TokenClient::new(env, token).try_symbol();
    let symbol = symbol.ok().and_then(Result::ok).ok_or(FactoryError::InvalidToken)?;
    let mut buffer = [0; 64];
    let length = usize::try_from(symbol.len()).unwrap_or(usize::MAX);
    let text = buffer.get_mut(..length).ok_or(FactoryError::InvalidToken)?;
    symbol.copy_into_slice(text);
    let mut printable = Text::default();
    for byte in text.iter().take(MAX_SYMBOL) {
        printable.push(&[if byte.is_ascii_graphic() { *byte } else { b'?' }]);
    }
    ensure(printable.length > 0, FactoryError::InvalidToken)?;
    Ok(printable)
}

/// A short text being written; the longest name is 46 bytes.
struct Text {
    bytes: [u8; 64],
    length: usize,
}

impl Default for Text {
    fn default() -> Text {
        Text { bytes: [0; 64], length: 0 }
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Text {
    fn push(&mut self, text: &[u8]) -> &mut Text {
        for byte in text {
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = *byte;
                self.length = self.length.wrapping_add(1);
            }
        }
        self
    }

    /// The last decimal digit of `number`.
    fn digit(&mut self, number: u32) -> &mut Text {
        let digit = u8::try_from(number % 10).unwrap_or_default();
        self.push(&[b'0'.wrapping_add(digit)])
    }

    fn into_string(self, env: &Env) -> String {
        String::from_bytes(env, self.as_ref())
    }
}

pub fn view(env: &Env, code: Symbol, region: StoredRegion) -> Region {
    let (token, fee_bps) = region.last_pool;
    Region {
        last_pool: PoolKey { code: code.clone(), token, fee_bps },
        previous: unpack(env, &region.previous),
        code,
        founder: region.founder,
        admin: region.admin,
        guardian: region.guardian,
        treasury: region.treasury,
        staking: region.staking,
        token: region.token,
        fee_tiers: region.fee_tiers,
        treasury_bps: region.treasury_bps,
        endorsed: region.endorsed,
    }
}

pub fn view_pool(address: Address, pool: StoredPool) -> PoolInfo {
    let StoredPool { code, token, fee_bps, band_bps, previous } = pool;
    let previous = PoolKey { code: code.clone(), token: previous.0, fee_bps: previous.1 };
    PoolInfo { address, key: PoolKey { code, token, fee_bps }, band_bps, previous }
}
