//! Next hops of every form, under circumstances of every kind.

/// Next hops under the same circumstances.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) port: Port,
    pub(crate) parameters: &'static [(&'static str, &'static str)],
    /// Next hops, separated by semicolons; `OTHER` is the other port, and `@` the zone that is not
    /// signed.
    pub(crate) next_hops: &'static str,
}

/// Where hosts listen.
#[derive(Clone, Copy)]
pub(crate) enum Port {
    /// Nobody listens there.
    Silent,
    /// Nobody listens there either, but mail can loop.
    Smtp,
    /// Some hosts listen there.
    Busy,
}

/// Beside every domain under Postfix's defaults.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        name: "form",
        port: Port::Silent,
        parameters: &[],
        next_hops: "two.@:OTHER; two.@:submission; two.@:smtp; [h1.@]; [h1.@]:OTHER; [both.@];
            [alias.@]; [gone.@]; [gone.@]:OTHER; [text-host.@]; [mx.dead.@]; [loop-host.@];
            [dangling-host.@]; [mx.outside.example]; [127.0.7.5]; [127.0.7.5]:OTHER; [ipv6:::1];
            [ipv6:::1]:OTHER; [::1]; 127.0.7.5; 127.0.7.5:OTHER; TWO.Plain.Example;
            ABSENT.Plain.Example; [GONE.Plain.Example]; bücher.@; [two.@]; absent;
            two.@, one.@; [h1.@], [h2.@]; [h1.@] [h2.@]; absent.@, [h4.@]; [h4.@], absent.@;
            absent.@, no-data.@; dead.@, absent.@; absent.@, dead.@; null.@, [h4.@];
            one.@, null.@; one.@, dead.@; nine.@, two.@; own-only.@, [h4.@]; own-best.@:smtp",
    },
    Group {
        name: "loop",
        port: Port::Smtp,
        parameters: &[],
        next_hops: "[own.@]; [127.0.8.1]; [127.0.0.1]; [ipv6:::1]; [own.@]:OTHER; own-only.@:OTHER;
            [own-and-other.@]; own-only.@, [h4.@]; own-middle.@, [h4.@]; [h4.@], own-only.@;
            absent.@, own-best.@; [own.@], [h4.@]; 127.0.8.1",
    },
    Group {
        name: "relay",
        port: Port::Silent,
        parameters: &[("smtp_fallback_relay", "[h4.@]")],
        next_hops: "one.@; nine.@; gone-all.@; absent.@; no-data.@; null.@; dead.@; dead-all.@;
            loop.@; [h1.@]; [gone.@]; one.@, two.@; absent.@, null.@",
    },
    Group {
        name: "relays",
        port: Port::Silent,
        parameters: &[("smtp_fallback_relay", "[h4.@], two.@:OTHER [127.0.7.9]")],
        next_hops: "one.@; absent.@; dead.@",
    },
    Group {
        name: "relay-gone",
        port: Port::Silent,
        parameters: &[("smtp_fallback_relay", "[gone.@]")],
        next_hops: "one.@; gone-all.@; null.@; dead.@",
    },
    Group {
        name: "relay-null",
        port: Port::Silent,
        parameters: &[("smtp_fallback_relay", "null.@")],
        next_hops: "one.@; gone-all.@; dead.@",
    },
    Group {
        name: "relay-dead",
        port: Port::Silent,
        parameters: &[("smtp_fallback_relay", "[mx.dead.@]")],
        next_hops: "one.@; gone-all.@; null.@",
    },
    Group {
        name: "relay-loop",
        port: Port::Smtp,
        parameters: &[("smtp_fallback_relay", "[h4.@]")],
        next_hops: "own-only.@; own-best.@; own-tied.@; own-middle.@; own-last.@; own-above-gone.@;
            own-address.@; own-implicit.@; [own.@]; one.@; absent.@",
    },
    Group {
        name: "relay-self",
        port: Port::Smtp,
        parameters: &[("smtp_fallback_relay", "[own.@]")],
        next_hops: "one.@; absent.@; null.@; dead.@",
    },
    Group {
        name: "ipv4",
        port: Port::Silent,
        parameters: &[("inet_protocols", "ipv4")],
        next_hops: "dual.@; v6.@; v6-better.@; implicit-v6.@; implicit-both.@; spread.@; absent.@;
            no-data.@; cname-no-data.@; gone-all.@; no-address.@; no-address-all.@; dead-gone.@;
            [six.@]; [ipv6:::1]; mx-number.@; cname-gone.@; mx-loop.@",
    },
    Group {
        name: "ipv6",
        port: Port::Silent,
        parameters: &[("inet_protocols", "ipv6")],
        next_hops: "dual.@; v6.@; v6-better.@; one.@; implicit.@; implicit-both.@; balanced.@;
            gone-all.@; dead-gone.@; [127.0.7.5]; 127.0.7.5; mx-number.@; [h1.@]",
    },
    Group {
        name: "prefer-ipv4",
        port: Port::Silent,
        parameters: &[("smtp_address_preference", "ipv4")],
        next_hops: "dual.@; v6-better.@; implicit-both.@; balanced.@",
    },
    Group {
        name: "prefer-ipv6",
        port: Port::Silent,
        parameters: &[("smtp_address_preference", "ipv6")],
        next_hops: "dual.@; v6-better.@; implicit-both.@; balanced.@; [both.@]",
    },
    Group {
        name: "unbalanced",
        port: Port::Silent,
        parameters: &[("smtp_balance_inet_protocols", "no")],
        next_hops: "dual.@; balanced.@; v6-better.@",
    },
    Group {
        name: "limit-1",
        port: Port::Silent,
        parameters: &[("smtp_mx_address_limit", "1")],
        next_hops: "dual.@; nine.@; balanced.@; v6-better.@; one.@, two.@; gone-first.@",
    },
    Group {
        name: "limit-3",
        port: Port::Silent,
        parameters: &[("smtp_mx_address_limit", "3")],
        next_hops: "dual.@; nine.@; balanced.@; spread.@; mixed.@; nine.@, nine.@",
    },
    Group {
        name: "limit-none",
        port: Port::Silent,
        parameters: &[("smtp_mx_address_limit", "0")],
        next_hops: "nine.@; spread.@; hundred.@; crowd.@; long.@",
    },
    Group {
        name: "ignore-error",
        port: Port::Silent,
        parameters: &[("ignore_mx_lookup_error", "yes")],
        next_hops: "dead.@; loop.@; endless.@; silent.@; bogus.signed.example; null.@; absent.@;
            bogus-null.signed.example; mx.outside.example; mx-loop.@",
    },
    Group {
        name: "deferring",
        port: Port::Silent,
        parameters: &[("smtp_defer_if_no_mx_address_found", "yes")],
        next_hops: "gone-all.@; no-address.@; no-address-all.@; dead-gone.@; mx-outside.@; null.@;
            absent.@; no-data.@; mx-dangling.@; [gone.@]",
    },
    Group {
        name: "canonical",
        port: Port::Silent,
        parameters: &[("smtp_cname_overrides_servername", "yes")],
        next_hops: "mx-alias.@; mx-aliases.@; cname-host.@; chain.@; cname.@; [alias.@];
            [alias-of-alias.@]; cname-no-data.@",
    },
    Group {
        name: "busy",
        port: Port::Busy,
        parameters: &[],
        next_hops: "one.@; two.@; reverse.@; ties.@; mixed.@; nine.@; gone-first.@; v6-better.@;
            shared.@; extremes.@; own-last.@; [h3.@]; [h4.@]; [h5.@]; [h6.@]; [h7.@]; [h9.@];
            [h3.@], [h4.@]; [h4.@], [h3.@], [h9.@]; [h5.@], [h9.@]; [h6.@], [h9.@];
            [h7.@], [h9.@]; one.@, nine.@, [h9.@]; absent.@, [h9.@]; null.@, [h9.@];
            [h4.@], dead.@; [h4.@], absent.@; [h3.@], null.@; [h5.@], absent.@",
    },
    Group {
        name: "busy-relay",
        port: Port::Busy,
        parameters: &[("smtp_fallback_relay", "[h9.@]")],
        next_hops: "one.@; absent.@; null.@; dead.@; nine.@; mixed.@; [h3.@]; [h5.@]; [h7.@];
            [h9.@]",
    },
    Group {
        name: "busy-relay-gone",
        port: Port::Busy,
        parameters: &[("smtp_fallback_relay", "[gone.@]")],
        next_hops: "one.@; nine.@; absent.@; [h5.@]",
    },
    Group {
        name: "session-limit-1",
        port: Port::Busy,
        parameters: &[("smtp_mx_session_limit", "1")],
        next_hops: "nine.@; mixed.@; nine.@, [h9.@]",
    },
    Group {
        name: "session-limit-none",
        port: Port::Busy,
        parameters: &[("smtp_mx_session_limit", "0"), ("smtp_mx_address_limit", "0")],
        next_hops: "nine.@; mixed.@; reverse.@",
    },
];
