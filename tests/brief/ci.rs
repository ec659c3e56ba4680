//! The recipes for other code hosts in docs/ci: their own scripts, run on a real history against a host on loopback.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::action::{Runner, file, path, yaml};
use super::books::{Book, program, typst};
use super::tools::need;

/// A code host that keeps the comments of one pull request, and gives them in pages.
#[derive(Clone)]
struct Host {
    comments: Arc<Mutex<Vec<Value>>>,
    address: String,
}

impl Host {
    fn new() -> Host {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        // More than a page of others' comments, one of which quotes the mark.
        let others = (1..=130).map(|id| json!({ "id": id, "body": format!("No. {id}: <!-- brief-review -->") })).collect();
        let host = Host { comments: Arc::new(Mutex::new(others)), address };
        let own = host.clone();
        thread::spawn(move || listener.incoming().for_each(|stream| own.answer(stream.unwrap())));
        host
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut line, mut length, mut is_allowed) = (String::new(), 0, false);
        reader.read_line(&mut line).unwrap();
        let first: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            match &*name.to_lowercase() {
                "content-length" => length = value.parse().unwrap(),
                "private-token" | "authorization" => is_allowed = value.ends_with("a-token"),
                "expect" => (&stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        let body = match body.strip_prefix("body=") {
            Some(form) => unescaped(form),
            None if body.is_empty() => body,
            None => serde_json::from_str::<Value>(&body).unwrap()["body"].as_str().unwrap().to_owned(),
        };
        let (path, query) = first[1].split_once('?').unwrap_or((&first[1], ""));
        let number = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse::<usize>().ok());
        let mut comments = self.comments.lock().unwrap();
        let (mut status, mut next, mut answer) = ("200 OK", String::new(), json!({}));
        match (&*first[0], path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok())) {
            _ if !is_allowed => status = "401 Unauthorized",
            ("GET", None) => {
                let (size, page) = (number("per_page").or(number("limit")).unwrap_or(20), number("page").unwrap_or(1));
                answer = json!(comments.iter().skip((page - 1) * size).take(size).collect::<Vec<_>>());
                next = if page * size < comments.len() { (page + 1).to_string() } else { String::new() };
            }
            ("POST", None) => comments.push(json!({ "id": 900, "body": body })),
            ("PUT" | "PATCH", Some(id)) => comments.iter_mut().find(|comment| comment["id"] == id).unwrap()["body"] = json!(body),
            _ => status = "404 Not Found",
        }
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 {status}\r\nX-Next-Page: {next}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
        (&stream).write_all(head.as_bytes()).unwrap();
        (&stream).write_all(answer.as_bytes()).unwrap();
    }

    /// The one comment of brief's, behind all others.
    fn comment(&self) -> String {
        let comments = self.comments.lock().unwrap();
        assert_eq!(comments.len(), 131, "one comment is kept up to date");
        comments[130]["body"].as_str().unwrap().to_owned()
    }
}

fn unescaped(form: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = form.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => u8::from_str_radix(&String::from_utf8(vec![rest.next().unwrap(), rest.next().unwrap()]).unwrap(), 16).unwrap(),
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// A clone of a book whose branch `work` differs from `main`, as a code host's runner has it.
fn clone(book: &Book) -> PathBuf {
    let path = book.beside("clone");
    let _ = fs::remove_dir_all(&path);
    book.git(&["clone", "-q", "-b", "work", book.repository.to_str().unwrap(), path.to_str().unwrap()]);
    path
}

/// A release that holds a program which starts the one that is tested; returns the SHA-256 of its archive.
pub(crate) fn release(folder: &Path) -> String {
    let inner = folder.join("brief-linux-x86_64");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("brief"), format!("#!/bin/sh\nexec '{}' \"$@\"\n", program().display())).unwrap();
    let script = "chmod +x brief-linux-x86_64/brief && tar -czf brief-linux-x86_64.tar.gz brief-linux-x86_64 && \
                  sha256sum brief-linux-x86_64.tar.gz > brief-linux-x86_64.tar.gz.sha256 && rm -r brief-linux-x86_64";
    assert!(Command::new("sh").args(["-c", script]).current_dir(folder).status().unwrap().success());
    let sums = fs::read_to_string(folder.join("brief-linux-x86_64.tar.gz.sha256")).unwrap();
    sums.split_whitespace().next().unwrap().to_owned()
}

/// Runs the scripts of a GitLab job, as `sh -e`, which is what its images have.
fn gitlab(recipe: &str, job: &str, folder: &Path, variables: &[(&str, String)]) -> (bool, String) {
    let recipe = yaml(recipe);
    let lines: Vec<&str> = ["before_script", "script"]
        .iter()
        .filter_map(|part| recipe[job][part].as_array())
        .flatten()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert!(!lines.is_empty());
    let output =
        Command::new("sh").args(["-e", "-c", &lines.join("\n")]).current_dir(folder).envs(variables.iter().cloned()).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

#[cfg(feature = "publish")]
#[test]
fn a_merge_request_is_commented_on_whether_or_not_it_builds() {
    let Some(environment) = typst() else { return };
    need!(CURL);
    need!(JQ);
    let book = Book::new();
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.commit("fewer troops");
    let host = Host::new();
    let (releases, bin) = (book.beside("releases"), book.beside("bin"));
    fs::create_dir_all(&releases).unwrap();
    fs::create_dir_all(&bin).unwrap();
    let digest = release(&releases);
    for name in ["apt-get", "cargo"] {
        fs::write(bin.join(name), format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", book.beside("called").display())).unwrap();
        Command::new("chmod").arg("+x").arg(bin.join(name)).status().unwrap();
    }
    let mut variables: Vec<(&str, String)> = vec![
        ("PATH", format!("{}:{}", bin.display(), path())),
        ("BRIEF_RELEASE", super::publish::places::web(releases.clone())),
        ("BRIEF_SHA256", digest),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main".to_owned()),
        ("CI_JOB_URL", "https://code.example.org/jobs/7".to_owned()),
        ("CI_API_V4_URL", host.address.clone()),
        ("CI_MERGE_REQUEST_PROJECT_ID", "1".to_owned()),
        ("CI_MERGE_REQUEST_IID", "12".to_owned()),
        ("COMMENT_TOKEN", "a-token".to_owned()),
    ];
    variables.extend(environment.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let run = |job: &str, folder: &Path| {
        let mut variables = variables.clone();
        variables.push(("CI_PROJECT_DIR", folder.to_str().unwrap().to_owned()));
        gitlab("docs/ci/gitlab-ci.yml", job, folder, &variables)
    };

    let folder = clone(&book);
    let (passed, said) = run("book", &folder);
    assert!(passed, "{said}");
    assert!(fs::read(folder.join("redline.pdf")).unwrap().starts_with(b"%PDF-"), "{said}");
    let (passed, said) = run("comment", &folder);
    assert!(passed, "{said}");
    assert!(host.comment().contains("45,000"), "{}", host.comment());

    // A build that fails is commented on too, in the same comment, behind a hundred others.
    book.edit("content/missions/kfor.yaml", ", source: report#7", "");
    book.commit("no source");
    let folder = clone(&book);
    let (passed, said) = run("book", &folder);
    assert!(!passed && said.contains("claim-without-source"), "{said}");
    let (passed, said) = run("comment", &folder);
    assert!(passed, "{said}");
    assert!(host.comment().contains("Claims without a source now"), "{}", host.comment());
    let called = fs::read_to_string(book.beside("called")).unwrap();
    assert!(!called.contains("cargo"), "nothing is compiled where there is a release: {called}");

    // What another branch left in the cache is not used.
    let folder = clone(&book);
    fs::create_dir_all(folder.join(".brief/bin")).unwrap();
    fs::write(folder.join(".brief/bin/brief"), "#!/bin/sh\necho foreign\n").unwrap();
    fs::write(folder.join(".brief/brief-linux-x86_64.tar.gz"), "foreign").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(folder.join(".brief/bin/brief")).status().unwrap().success());
    let (_, said) = run("book", &folder);
    assert!(said.contains("claim-without-source") && !said.contains("foreign"), "{said}");

    // A release that was changed is not used.
    fs::write(releases.join("brief-linux-x86_64.tar.gz"), "something else").unwrap();
    let (passed, said) = run("book", &clone(&book));
    assert!(!passed && said.contains("FAILED"), "{said}");
    let recipe = yaml("docs/ci/gitlab-ci.yml");
    assert_eq!(recipe["comment"]["rules"][0]["when"], "always", "the comment waits for no success");
    assert_eq!(recipe["book"]["artifacts"]["when"], "always");
    assert_eq!(recipe["book"]["cache"]["paths"], json!([".brief/"]));
}

/// Without a release, one commit of brief is compiled, which the project names.
#[test]
fn gitlab_compiles_the_commit_that_is_named() {
    let book = Book::new();
    let bin = book.beside("bin");
    fs::create_dir_all(&bin).unwrap();
    let called = book.beside("called");
    for name in ["apt-get", "cargo"] {
        fs::write(bin.join(name), format!("#!/bin/sh\necho \"{name} $*\" >> '{}'\n", called.display())).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(bin.join(name)).status().unwrap().success());
    }
    let mut variables = vec![
        ("PATH", format!("{}:/usr/bin:/bin", bin.display())),
        ("CI_PROJECT_DIR", book.root.to_str().unwrap().to_owned()),
        ("BRIEF_RELEASE", String::new()),
        ("BRIEF_REPOSITORY", "https://code.example.org/brief".to_owned()),
    ];
    let run = |variables: &[(&str, String)]| gitlab("docs/ci/gitlab-ci.yml", "book", &book.root, variables);
    let (passed, said) = run(&variables);
    assert!(!passed && said.contains("BRIEF_COMMIT: set it to the commit"), "{said}");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    variables.push(("BRIEF_COMMIT", commit.to_owned()));
    run(&variables);
    let called = fs::read_to_string(called).unwrap();
    let installed = format!("cargo install --locked --git https://code.example.org/brief --rev {commit} --root .brief\n");
    assert!(called.contains(&installed), "{called}");
}

/// The images of GitLab's jobs are those that the Containerfile pins.
#[test]
fn gitlab_jobs_run_in_pinned_images() {
    let container = fs::read_to_string(file("Containerfile")).unwrap();
    let pinned: Vec<&str> = container.lines().filter_map(|line| line.strip_prefix("FROM ")?.split(' ').next()).collect();
    for (path, jobs) in [("docs/ci/gitlab-ci.yml", 2), ("src/cli/init/ci/gitlab-publish.yml", 1)] {
        let recipe = yaml(path);
        let images: Vec<&str> = recipe.as_object().unwrap().values().filter_map(|job| job["image"].as_str()).collect();
        assert_eq!(images.len(), jobs, "{path}");
        assert!(images.iter().all(|image| image.contains("@sha256:") && pinned.contains(image)), "{path}: {images:?}");
    }
}

/// Each variable that the workflows of a book verify brief by is named to who has them written, and reaches all of them.
#[test]
fn the_workflows_of_a_book_verify_the_release_by_variables_that_are_named() {
    for (host, paths) in [
        ("github", [".github/workflows/brief.yml", ".github/workflows/publish.yml"].as_slice()),
        ("forgejo", &[".forgejo/workflows/brief.yml", ".forgejo/workflows/publish.yml"]),
        ("gitlab", &[".gitlab-ci.yml"]),
    ] {
        let book = Book::new();
        let run = book.brief(&["init", "--ci", host]);
        assert!(["BRIEF_RELEASE", "BRIEF_SHA256", "BRIEF_DESTINATION"].iter().all(|name| run.out.contains(name)), "{run:?}");
        for path in paths {
            let text = fs::read_to_string(book.root.join(path)).unwrap();
            let verified = if host == "gitlab" { "echo \"$BRIEF_SHA256 " } else { ": ${{ vars.BRIEF_SHA256 }}" };
            assert!(text.contains(verified), "{path}: {text}");
        }
    }
    let book = Book::new();
    assert_eq!(book.brief(&["init", "--ci", "github"]).code, Some(0));
    let recipe = yaml(book.root.join(".github/workflows/brief.yml").to_str().unwrap());
    let steps = recipe["jobs"]["book"]["steps"].as_array().unwrap();
    let own = steps.iter().find(|step| step["uses"] == "OWNER/brief@COMMIT").unwrap();
    assert_eq!(own["with"], json!({ "sha256": "${{ vars.BRIEF_SHA256 }}" }));
}

#[cfg(feature = "publish")]
#[test]
fn a_pull_request_on_forgejo_is_commented_on() {
    let Some(environment) = typst() else { return };
    need!(CURL);
    need!(JQ);
    let book = Book::new();
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.commit("fewer troops");
    book.git(&["update-ref", "refs/pull/12/head", "work"]);
    let host = Host::new();
    let releases = book.beside("releases");
    fs::create_dir_all(&releases).unwrap();
    let digest = release(&releases);
    let recipe = yaml("docs/ci/forgejo.yml");
    assert!(recipe["env"]["BRIEF_RELEASE"].is_string() && recipe["env"]["BRIEF_SHA256"].is_string());
    // The repository's address leads to the one of this test.
    let settings = book.beside("settings");
    fs::write(&settings, format!("[url \"{}\"]\ninsteadOf = https://code.example.org/someone/book\n", book.repository.display())).unwrap();
    let run = || {
        let event = json!({ "pull_request": { "number": 12, "head": { "sha": "1" }, "base": { "ref": "main" } } });
        let mut runner = Runner::new(&book, "pull_request", event);
        let _ = fs::remove_dir_all(&runner.temp);
        let work = book.beside("work");
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).unwrap();
        fs::create_dir_all(&runner.temp).unwrap();
        runner.workspace = work;
        runner.environment.clone_from(&environment);
        runner.environment.push(("GIT_CONFIG_GLOBAL".to_owned(), settings.to_str().unwrap().to_owned()));
        runner.environment.push(("BRIEF_RELEASE".to_owned(), super::publish::places::web(releases.clone())));
        runner.environment.push(("BRIEF_SHA256".to_owned(), digest.clone()));
        let own = [("github.api_url", &*host.address), ("github.token", "a-token"), ("github.run_number", "7")];
        runner.outputs.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let passed = runner.run(&recipe["jobs"]["book"]["steps"]);
        (passed, runner.log)
    };
    let (passed, said) = run();
    assert!(passed, "{said}");
    assert!(host.comment().contains("45,000"), "{}", host.comment());
    book.edit("content/missions/kfor.yaml", ", source: report#7", "");
    book.commit("no source");
    book.git(&["update-ref", "refs/pull/12/head", "work"]);
    let (passed, said) = run();
    assert!(!passed && said.contains("claim-without-source"), "{said}");
    assert!(host.comment().contains("Claims without a source now"), "{}", host.comment());
    // The token is in the environment of the steps that need it, and no other.
    let with_token: Vec<&str> = recipe["jobs"]["book"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["env"].to_string().contains("github.token"))
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(with_token, ["Check out, with the history that changes are counted from", "Keep the one comment up to date"]);
}

/// What `brief init --ci` writes publishes one version after the other, by its own scripts.
#[cfg(all(feature = "publish", target_os = "linux"))]
#[test]
fn the_workflows_of_a_book_publish_version_after_version() {
    for host in ["github", "forgejo", "gitlab"] {
        publishes_version_after_version(host, &Book::new(), None);
    }
}

/// Of a book with audiences they publish what the one gets that may see least.
#[cfg(all(feature = "publish", target_os = "linux"))]
#[test]
fn the_workflows_of_a_book_with_audiences_publish_what_one_of_them_gets() {
    for host in ["github", "forgejo", "gitlab"] {
        let book = Book::new();
        let handling = "default_marking: TLP:CLEAR\naudiences:\n  desk: { clearance: TLP:AMBER }\n  everyone: { clearance: TLP:CLEAR }\n";
        book.edit("content/book.yaml", "language: en\n", &format!("language: en\n{handling}"));
        publishes_version_after_version(host, &book, Some("everyone"));
    }
}

/// Writes a host's workflows into a book, runs those that publish, and looks at what is published for whom.
#[cfg(all(feature = "publish", target_os = "linux"))]
fn publishes_version_after_version(host: &str, book: &Book, audience: Option<&str>) {
    let Some(environment) = typst() else { return };
    let curl = need!(CURL);
    let written = book.brief(&["init", "--ci", host]);
    assert_eq!(written.code, Some(0), "{written:?}");
    book.commit("workflows");
    let path_of = |path: &str| book.root.join(path).to_str().unwrap().to_owned();
    let (releases, bin, place) = (book.beside("releases"), book.beside("bin"), book.beside("published"));
    fs::create_dir_all(&releases).unwrap();
    fs::create_dir_all(&bin).unwrap();
    let digest = release(&releases);
    // The workflows download by https alone, which the server of this test doesn't speak.
    let script = format!(
        "#!/bin/sh\nfor one; do shift; case $one in --proto | =https) ;; *) set -- \"$@\" \"$one\" ;; esac; done\nexec '{}' \"$@\"\n",
        curl.display()
    );
    fs::write(bin.join("curl"), script).unwrap();
    for name in ["apt-get", "tar"] {
        // GitLab's job installs brief for the whole machine, which this one keeps.
        let script =
            format!("#!/bin/sh\n[ {name} = apt-get ] || exec /bin/tar $(echo \"$@\" | sed 's,/usr/local/bin,{},')\n", bin.display());
        fs::write(bin.join(name), script).unwrap();
    }
    assert!(Command::new("sh").args(["-c", "chmod +x *"]).current_dir(&bin).status().unwrap().success());
    let path = format!("{}:{}", bin.display(), path());
    let mut variables = environment;
    for (name, value) in [
        ("PATH", path.as_str()),
        ("BRIEF_RELEASE", &super::publish::places::web(releases.clone())),
        ("BRIEF_SHA256", &digest),
        ("BRIEF_DESTINATION", place.to_str().unwrap()),
        ("GIT_CONFIG_GLOBAL", book.beside("gitconfig").to_str().unwrap()),
        ("CI_PROJECT_DIR", book.root.to_str().unwrap()),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let publish = |first: bool| {
        if host == "gitlab" {
            let mut variables: Vec<(&str, String)> = variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            variables.push(("BRIEF_FIRST", first.to_string()));
            return gitlab(&path_of(".gitlab-ci.yml"), "publish", &book.root, &variables);
        }
        let recipe = yaml(&path_of(&format!(".{host}/workflows/publish.yml")));
        let steps = recipe["jobs"]["publish"]["steps"].as_array().unwrap();
        let own: Vec<&Value> = steps.iter().filter(|step| step["name"] != "Check out").collect();
        assert_eq!(own.len(), 2, "{host}");
        let mut runner = Runner::new(book, "push", json!({ "after": format!("{host}-{first}") }));
        runner.workspace.clone_from(&book.root);
        runner.environment.clone_from(&variables);
        runner.outputs.insert("inputs.first".to_owned(), first.to_string());
        // What is not set is empty.
        let unset = store_variables(&recipe).into_values().map(|expression| (expression, String::new()));
        runner.outputs.extend(unset);
        let went_well = runner.run(&json!(own));
        (went_well, runner.log)
    };
    let (went_well, log) = publish(false);
    assert!(!went_well && log.contains("--first"), "{host}: nothing is published yet, and nobody said that this is the first: {log}");
    let (went_well, log) = publish(true);
    assert!(went_well, "{host}: {log}");
    fs::remove_dir_all(book.root.join("output")).unwrap();
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.commit("fewer troops");
    let (went_well, log) = publish(false);
    assert!(went_well, "{host}: {log}");
    let ledger: Value = serde_json::from_slice(&fs::read(place.join("versions.json")).unwrap()).unwrap();
    let numbers: Vec<u64> = ledger["versions"].as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 1], "{host}: {log}");
    let marker: Value = serde_json::from_slice(&fs::read(place.join("destination.json")).unwrap()).unwrap();
    assert_eq!(marker["audience"].as_str(), audience, "{host}: {marker}");
    for document in ["book", "missions/kfor"] {
        let redline = place.join("site/v2/since-v1").join(document).with_extension("pdf");
        assert!(redline.is_file(), "{host}: the site has no `{document}` with its changes marked: {log}");
    }

    // What is damaged afterwards is found by the next run.
    fs::write(releases.join("brief-linux-x86_64.tar.gz"), "something else").unwrap();
    let _ = fs::remove_file(bin.join("brief"));
    let (went_well, log) = publish(false);
    assert!(!went_well && log.contains("FAILED"), "{host}: an archive with another digest is not used: {log}");
}

/// The variables and secrets that a workflow's publication takes from its host, by the names under which it hands them on.
fn store_variables(recipe: &Value) -> BTreeMap<String, String> {
    let steps = recipe["jobs"]["publish"]["steps"].as_array().unwrap();
    let all = steps.iter().filter(|step| step["name"] == "Build, publish and verify").filter_map(|step| step["env"].as_object()).flatten();
    let from_host = all.filter_map(|(name, value)| {
        let expression = value.as_str()?.strip_prefix("${{ ")?.strip_suffix(" }}")?;
        ["vars.", "secrets."].iter().any(|from| expression.starts_with(from)).then(|| (name.clone(), expression.to_owned()))
    });
    from_host.collect()
}

/// Each kind of store that the header of these workflows names gets what opens it, as secrets where it is secret.
#[test]
fn workflows_hand_on_what_opens_each_kind_of_store() {
    for host in ["github", "forgejo"] {
        let handed_on = store_variables(&yaml(&format!("src/cli/init/ci/{host}-publish.yml")));
        let secret = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "GOOGLE_SERVICE_ACCOUNT_KEY",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_SAS_TOKEN",
        ];
        let open = ["AWS_REGION", "AWS_ENDPOINT", "AZURE_STORAGE_ACCOUNT_NAME"];
        let expected = secret.map(|name| (name, "secrets")).into_iter().chain(open.map(|name| (name, "vars")));
        let expected: BTreeMap<String, String> = expected.map(|(name, from)| (name.to_owned(), format!("{from}.{name}"))).collect();
        assert_eq!(handed_on, expected, "{host}");
        let docs = fs::read_to_string(file("docs/publishing.md")).unwrap();
        for name in handed_on.keys() {
            assert!(docs.contains(&format!("`{name}`")), "docs/publishing.md doesn't name {name}");
        }
    }
}

/// Each command of the workflows of a book with audiences is for one of them; those of another book name none.
#[test]
fn the_workflows_of_a_book_with_audiences_name_one_in_each_command() {
    let commands = |audiences: &str, host: &str| -> (Vec<String>, String) {
        let book = Book::new();
        book.edit("content/book.yaml", "language: en\n", &format!("language: en\n{audiences}"));
        let run = book.brief(&["init", "--ci", host]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let paths = [".gitlab-ci.yml", ".forgejo/workflows", ".github/workflows"].map(|path| book.root.join(path));
        let files = paths.iter().flat_map(walkdir::WalkDir::new).filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        let all: String = files.map(|file| fs::read_to_string(file.path()).unwrap()).collect();
        let is_told =
            |line: &&str| ["build", "diff", "publish", "review", "since"].iter().any(|name| line.starts_with(&format!("brief {name} ")));
        (all.lines().map(str::trim).filter(is_told).map(str::to_owned).collect(), all)
    };
    for host in ["github", "forgejo", "gitlab"] {
        let (plain, all) = commands("", host);
        assert!(plain.len() >= 4 && !all.contains("audience"), "{host}: {all}");
        let handling = "default_marking: TLP:CLEAR\naudiences:\n  desk: { clearance: TLP:AMBER }\n  everyone: { clearance: TLP:CLEAR }\n";
        let (told, all) = commands(handling, host);
        assert_eq!(told.len(), plain.len());
        assert!(told.iter().all(|command| command.contains(" --audience everyone ")), "{host}: {told:?}");
        assert!(all.contains("# For the audience `everyone`") && !all.contains("output/v[") && !all.contains("output/draft"), "{all}");
        assert_eq!(all.contains("          audience: everyone\n"), host == "github", "the action is told too");
    }
}

#[test]
fn the_check_before_a_commit_finds_faults() {
    let book = Book::new();
    let recipe = yaml("docs/ci/pre-commit-config.yaml");
    let hook = &recipe["repos"][0]["hooks"][0];
    let entry: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
    assert_eq!((entry[0], hook["language"].as_str(), hook["pass_filenames"].as_bool()), ("brief", Some("system"), Some(false)));
    assert_eq!(book.brief(&entry[1..]).code, Some(0));
    book.edit("content/missions/kfor.yaml", ", source: report#7", "");
    let run = book.brief(&entry[1..]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("claim-without-source"), "{run:?}");
}

#[test]
fn recipes_are_named_in_the_docs() {
    let page = fs::read_to_string(file("docs/pull-requests.md")).unwrap();
    for entry in fs::read_dir(file("docs/ci")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(page.contains(&format!("(ci/{name})")), "{name}");
    }
}

/// What this repository publishes with runs the commands that `brief init --ci github` writes, in the same order: only
/// where they publish to, for whom, and where pages will be found differs.
#[test]
fn our_own_publication_runs_what_init_writes() {
    let commands = |path: &str| -> Vec<String> {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let own = ["\"$RUNNER_TEMP/published\"", "\"$BRIEF_DESTINATION\""];
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with("brief "));
        lines
            .map(|line| own.iter().fold(line.to_owned(), |line, place| line.replace(place, "PLACE")))
            .map(|line| line.replace(" --audience public", "").replace(" --base-url \"$PAGES/site\"", ""))
            .collect()
    };
    let ours = commands(".github/workflows/publish.yml");
    assert_eq!(ours, commands("src/cli/init/ci/github-publish.yml"));
    assert!(ours.len() == 5 && ours[1].ends_with("--shallow") && ours[2].starts_with("brief since"), "{ours:?}");
}
