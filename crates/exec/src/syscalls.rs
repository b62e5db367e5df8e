//! System calls that a program does not get, kept by seccomp filters (the manual page `seccomp(2)`). What is refused
//! comes back as an error, so that the program can say so; nothing is killed for asking.
//!
//! No rule counts on a user without rights: limits on the number of processes count nothing for an administrator, and
//! an administrator may raise any limit, so the calls themselves are refused.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule,
};

/// Calls with the conditions under which each is refused; no condition: always.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Nobody's business inside: other sessions and groups, higher limits, rings that do calls past a filter, looking
/// into or signalling others, and what changes the system.
const NEVER: &[c_long] = &[
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_setrlimit,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_vhangup,
];

/// Keeps this process, and what it becomes, from these calls.
///
/// # Errors
/// When the kernel or the processor has no such filters.
pub(crate) fn confine(processes: bool, network: bool, host: i32) -> Result<(), String> {
    let said = |error: BackendError| error.to_string();
    let mut refused = Rules::new();
    for call in NEVER {
        refuse(&mut refused, *call, Vec::new());
    }
    if !network {
        refuse(&mut refused, libc::SYS_socket, Vec::new());
    }
    let raises = rule(vec![(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)]).map_err(said)?;
    refuse(&mut refused, libc::SYS_prlimit64, vec![raises]);
    signals(&mut refused, processes, host).map_err(said)?;
    if !processes {
        no_processes(&mut refused).map_err(said)?;
    }
    let mut absent = Rules::new();
    if !processes {
        // Its flags are in memory, where no filter sees them. Without it, libraries take `clone`.
        refuse(&mut absent, libc::SYS_clone3, Vec::new());
    }
    apply(refused, libc::EPERM)?;
    if absent.is_empty() { Ok(()) } else { apply(absent, libc::ENOSYS) }
}

/// Threads are allowed, processes are not.
fn no_processes(rules: &mut Rules) -> Result<(), BackendError> {
    let thread = u64::try_from(libc::CLONE_THREAD).unwrap_or(0);
    let condition = (0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0);
    refuse(rules, libc::SYS_clone, vec![rule(vec![condition])?]);
    #[cfg(target_arch = "x86_64")]
    for call in [libc::SYS_fork, libc::SYS_vfork] {
        refuse(rules, call, Vec::new());
    }
    Ok(())
}

/// Signals go to the process itself, to its group, and, when it may have them, to its children; never to the host or
/// to everybody.
fn signals(rules: &mut Rules, processes: bool, host: i32) -> Result<(), BackendError> {
    let number = |pid: i32| u64::from(pid.cast_unsigned());
    let is = |pid: i32| (0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, number(pid));
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    for call in [libc::SYS_kill, libc::SYS_tkill, libc::SYS_tgkill] {
        let chain = if processes {
            vec![rule(vec![is(host)])?, rule(vec![is(-host)])?, rule(vec![is(-1)])?]
        } else {
            let other = |pid| (0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, number(pid));
            vec![rule(vec![other(own), other(0), other(-own)])?]
        };
        refuse(rules, call, chain);
    }
    Ok(())
}

fn rule(
    conditions: Vec<(u8, SeccompCmpArgLen, SeccompCmpOp, u64)>,
) -> Result<SeccompRule, BackendError> {
    let conditions = conditions
        .into_iter()
        .map(|(argument, length, operator, value)| {
            SeccompCondition::new(argument, length, operator, value)
        })
        .collect::<Result<Vec<_>, _>>()?;
    SeccompRule::new(conditions)
}

fn refuse(rules: &mut Rules, call: c_long, chain: Vec<SeccompRule>) {
    #[cfg(target_arch = "x86_64")]
    {
        // The same calls with 32-bit pointers have numbers of their own (`__X32_SYSCALL_BIT`).
        const X32: i64 = 0x4000_0000;
        rules.insert(call | X32, chain.clone());
    }
    rules.insert(call, chain);
}

fn apply(rules: Rules, error: i32) -> Result<(), String> {
    let said = |error: BackendError| error.to_string();
    let arch = std::env::consts::ARCH.try_into().map_err(said)?;
    let errno = SeccompAction::Errno(error.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, errno, arch).map_err(said)?;
    let program: BpfProgram = filter.try_into().map_err(said)?;
    seccompiler::apply_filter(&program).map_err(|error| error.to_string())
}
