//! The program itself: what it prints, and how it ends.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use crate::client::post;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tributary-localnet"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = program(arguments).output().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(stdout.is_empty());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn it_says_where_it_is_and_ends_when_told_to() {
    for signal in ["TERM", "INT"] {
        let mut child = program(&["--port", "0", "--on-demand"]).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines: Vec<_> = lines.take(7).map(Result::unwrap).collect();
        let url = lines[1].split_whitespace().last().unwrap();
        assert!(lines[0].contains("for development only"));
        assert!(lines[2].contains("Standalone Network ; February 2017"));
        assert!(lines[3].contains(&format!("{url}/friendbot?addr=G")));
        let root = "GBZXN7PIRZGNMHGA7MUUUF4GWPY5AYPV6LY4UV2GL6VJGIQRXFDNMADI";
        assert!(lines[4].contains(root));
        let reply = post(url, br#"{"jsonrpc":"2.0","id":1,"method":"getHealth"}"#);
        assert_eq!(reply.json()["result"]["latestLedger"], 1);
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn what_keeps_it_from_starting_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let reason = refused(&["--port", &port]);
    assert!(reason.contains(&port) && reason.contains("--port"), "{reason}");
    let path = std::env::temp_dir().join(format!("tributary-program-{}", std::process::id()));
    fs::write(&path, "notes").unwrap();
    let text = path.to_str().unwrap();
    let reason = refused(&["--port", "0", "--state", text]);
    assert!(reason.contains(text), "{reason}");
    assert_eq!(fs::read(&path).unwrap(), b"notes");
    fs::remove_file(&path).unwrap();
}
