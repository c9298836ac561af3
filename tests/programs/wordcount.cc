// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// wordcount.c once more, in C++17: handles are owned by objects, and so are the threads.
// What passes between the server and its workers is told there.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <getopt.h>
#include <sys/stat.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>

namespace {

constexpr int kExitFile = 1, kExitUsage = 2, kExitSystem = 3;

constexpr char kHelp[] =
    "Usage: wordcount [OPTION]... FILE\n"
    "Prints how many lines, words and bytes FILE has, as wc does in the C locale.\n"
    "\n"
    "  -w, --workers=N   count in N threads, 1 to 64 (default: one a processor, at most 8)\n"
    "  -c, --chunk=N     send N bytes of the file in a message, 1 to 65528 (default: 65528)\n"
    "  -h, --help        print this and exit\n"
    "\n"
    "A word is a run of bytes between white space with at least one printable byte.\n"
    "\n"
    "Exit status: 0 success, 1 FILE cannot be read or the result not written,\n"
    "2 wrong usage, 3 a system call failed.\n";

// --- errors ---

[[noreturn]] void Fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
[[noreturn]] void Fail(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::fputs("wordcount: ", stderr);
    std::vfprintf(stderr, format, arguments);
    std::fputc('\n', stderr);
    va_end(arguments);
    std::exit(code);
}

// What somebody can do about a status.
const char *Advice(zx_status_t status) {
    switch (status) {
    case ZX_ERR_NO_MEMORY:
        return "memory or handles are used up: try fewer --workers";
    case ZX_ERR_ACCESS_DENIED:
        return "the policy of the job this program runs in forbids it: run it in another job";
    case ZX_ERR_PEER_CLOSED:
        return "the thread at the other end is gone: this is a bug in wordcount, please report it";
    default:
        return "this is a bug in wordcount or in the kernel, please report it";
    }
}

void Check(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        Fail(kExitSystem, "cannot %s: %s; %s", what, zx_status_get_string(status), Advice(status));
    }
}

// --- kernel objects ---

// Owns a handle.
class Handle {
  public:
    Handle() = default;
    explicit Handle(zx_handle_t value) : value_(value) {
    }
    Handle(Handle &&other) noexcept : value_(other.Release()) {
    }
    Handle &operator=(Handle &&other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle() {
        Check(zx_handle_close(value_), "close a handle");
    }

    zx_handle_t Get() const {
        return value_;
    }
    zx_handle_t Release() {
        return std::exchange(value_, ZX_HANDLE_INVALID);
    }
    Handle Duplicate(zx_rights_t rights) const {
        zx_handle_t copy;
        Check(zx_handle_duplicate(value_, rights, &copy), "duplicate a handle");
        return Handle(copy);
    }

  private:
    zx_handle_t value_ = ZX_HANDLE_INVALID;
};

class Event : public Handle {
  public:
    using Handle::Handle;

    static Event Create() {
        zx_handle_t event;
        Check(zx_event_create(0, &event), "create an event");
        return Event(event);
    }
    void Signal() const {
        Check(zx_object_signal(Get(), 0, ZX_EVENT_SIGNALED), "signal an event");
    }
};

class Channel : public Handle {
  public:
    using Handle::Handle;

    static std::pair<Channel, Channel> CreatePair() {
        zx_handle_t ends[2];
        Check(zx_channel_create(0, &ends[0], &ends[1]), "create a channel");
        return {Channel(ends[0]), Channel(ends[1])};
    }

    void Send(const void *bytes, size_t size) const {
        Check(zx_channel_write(Get(), 0, bytes, static_cast<uint32_t>(size), nullptr, 0),
              "send a message");
    }

    template <class... Owners> void SendHandles(Owners &&...owners) const {
        const zx_handle_t handles[] = {owners.Release()...};
        Check(zx_channel_write(Get(), 0, nullptr, 0, handles, sizeof...(owners)),
              "send handles over a channel");
    }

    // ZX_ERR_SHOULD_WAIT and ZX_ERR_PEER_CLOSED when there is no message.
    zx_status_t Receive(void *buffer, size_t room, uint32_t *size) const {
        zx_status_t status = zx_channel_read(Get(), 0, buffer, nullptr, static_cast<uint32_t>(room),
                                             0, size, nullptr);
        if (status != ZX_ERR_SHOULD_WAIT && status != ZX_ERR_PEER_CLOSED) {
            Check(status, "receive a message");
        }
        return status;
    }

    template <size_t count> std::array<Handle, count> ReceiveHandles() const {
        zx_handle_t values[count];
        uint32_t actual_bytes, actual_handles;
        Check(zx_channel_read(Get(), 0, nullptr, values, 0, count, &actual_bytes, &actual_handles),
              "receive handles over a channel");
        if (actual_handles != count) {
            Fail(kExitSystem, "a message has %" PRIu32 " handles instead of %zu; %s",
                 actual_handles, count, Advice(ZX_ERR_INTERNAL));
        }
        std::array<Handle, count> handles;
        std::transform(values, values + count, handles.begin(),
                       [](zx_handle_t value) { return Handle(value); });
        return handles;
    }
};

class Port : public Handle {
  public:
    using Handle::Handle;

    static Port Create() {
        zx_handle_t port;
        Check(zx_port_create(0, &port), "create a port");
        return Port(port);
    }
    // Asks for a packet with `key` at the next of these signals.
    void Watch(uint64_t key, const Handle &handle, zx_signals_t signals) const {
        Check(zx_object_wait_async(handle.Get(), Get(), key, signals, ZX_WAIT_ASYNC_ONCE),
              "wait for an object at a port");
    }
    zx_port_packet_t Next() const {
        zx_port_packet_t packet;
        Check(zx_port_wait(Get(), ZX_TIME_INFINITE, &packet), "wait at a port");
        return packet;
    }
};

// --- counting ---

// Bytes that cannot be printed neither end a word nor make one.
enum class Kind { kIgnored, kSpace, kWord };

constexpr Kind KindOf(unsigned char byte) {
    if (byte == ' ' || (byte >= '\t' && byte <= '\r')) {
        return Kind::kSpace;
    }
    return byte > ' ' && byte <= '~' ? Kind::kWord : Kind::kIgnored;
}

struct Counts {
    uint64_t lines = 0, words = 0, bytes = 0;
    Kind first = Kind::kIgnored, last = Kind::kIgnored; // of the bytes that are not ignored

    static Counts Of(const unsigned char *bytes, size_t size) {
        Counts counts;
        counts.bytes = size;
        for (size_t i = 0; i < size; i++) {
            const Kind kind = KindOf(bytes[i]);
            if (kind == Kind::kIgnored) {
                continue;
            }
            counts.lines += bytes[i] == '\n';
            counts.words += kind == Kind::kWord && counts.last != Kind::kWord;
            counts.first = counts.first == Kind::kIgnored ? kind : counts.first;
            counts.last = kind;
        }
        return counts;
    }

    // Adds the counts of what follows in the file. A word across the border was counted twice.
    Counts &operator+=(const Counts &next) {
        lines += next.lines;
        words += next.words - (last == Kind::kWord && next.first == Kind::kWord);
        bytes += next.bytes;
        last = next.last == Kind::kIgnored ? last : next.last;
        return *this;
    }
};

struct Chunk {
    static constexpr size_t kMax = ZX_CHANNEL_MAX_MSG_BYTES - sizeof(uint64_t);
    uint64_t number; // counted from 0, in the order of the file
    unsigned char bytes[kMax];
};

struct Result {
    uint64_t number;
    Counts counts;
};

// --- a worker ---

class Worker {
  public:
    explicit Worker(Channel control) : control_(std::move(control)) {
    }

    void Run() {
        auto [mine, theirs] = Channel::CreatePair();
        results_ = std::move(mine);
        // The server may look at the event but not signal it.
        control_.SendHandles(theirs, done_.Duplicate(ZX_RIGHT_TRANSFER | ZX_RIGHT_WAIT));

        port_.Watch(kControl, control_, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
        for (bool more = true; more;) {
            if (port_.Next().key == kControl) {
                auto [data] = control_.ReceiveHandles<1>();
                data_ = Channel(data.Release());
            } else {
                more = CountChunks();
            }
            if (more) {
                port_.Watch(kData, data_, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
            }
        }
        done_.Signal();
    }

  private:
    enum : uint64_t { kControl, kData };

    // Counts what lies in the channel. False once that is closed and empty.
    bool CountChunks() {
        for (;;) {
            uint32_t size;
            zx_status_t status = data_.Receive(chunk_.get(), sizeof(Chunk), &size);
            if (status != ZX_OK) {
                return status == ZX_ERR_SHOULD_WAIT;
            }
            const Result result = {chunk_->number,
                                   Counts::Of(chunk_->bytes, size - offsetof(Chunk, bytes))};
            results_.Send(&result, sizeof(result));
        }
    }

    Channel control_, data_, results_;
    Port port_ = Port::Create();
    Event done_ = Event::Create();
    std::unique_ptr<Chunk> chunk_ = std::make_unique<Chunk>();
};

// --- the server ---

constexpr unsigned kWorkersMax = 64, kChunksAhead = 4; // chunks that one worker may have before it

class Server {
  public:
    Server(const char *name, std::FILE *file, unsigned workers, size_t chunk_size)
        : name_(name), file_(file), chunk_size_(chunk_size), workers_(workers) {
    }

    Counts Run() {
        for (auto &worker : workers_) {
            Start(&worker);
        }
        Feed();
        for (size_t done = 0; done < workers_.size(); Feed()) {
            const uint64_t key = port_.Next().key;
            Link &worker = workers_[key >> 8];
            switch (key & 0xff) {
            case kControl: {
                auto [results, done_event] = worker.control.ReceiveHandles<2>();
                worker.results = Channel(results.Release());
                worker.done = Event(done_event.Release());
                port_.Watch(KeyOf(worker, kResults), worker.results, ZX_CHANNEL_READABLE);
                port_.Watch(KeyOf(worker, kDone), worker.done, ZX_EVENT_SIGNALED);
                break;
            }
            case kResults:
                ReceiveResults(&worker);
                port_.Watch(KeyOf(worker, kResults), worker.results, ZX_CHANNEL_READABLE);
                break;
            case kDone:
                ReceiveResults(&worker);
                done++;
                break;
            }
        }
        for (auto &worker : workers_) {
            worker.thread.join();
        }
        if (!early_.empty() || added_ != sent_) {
            Fail(kExitSystem, "results are missing; %s", Advice(ZX_ERR_INTERNAL));
        }
        return total_;
    }

  private:
    enum EventKind : uint64_t { kControl, kResults, kDone };

    // The server's side of a worker.
    struct Link {
        std::thread thread;
        Channel control, data, results;
        Event done;
        unsigned ahead = 0; // chunks sent whose results have not come
    };

    uint64_t KeyOf(const Link &worker, EventKind kind) const {
        return static_cast<uint64_t>(&worker - workers_.data()) << 8 | kind;
    }

    void Start(Link *worker) {
        auto [control, their_control] = Channel::CreatePair();
        auto [data, their_data] = Channel::CreatePair();
        try {
            worker->thread = std::thread([](Channel end) { Worker(std::move(end)).Run(); },
                                         std::move(their_control));
        } catch (const std::system_error &error) {
            Fail(kExitSystem,
                 "cannot start a thread: %s; try fewer --workers, or raise `ulimit -u`",
                 error.what());
        }
        worker->control = std::move(control);
        worker->data = std::move(data);
        worker->control.SendHandles(their_data);
        port_.Watch(KeyOf(*worker, kControl), worker->control,
                    ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED);
    }

    // Sends the next chunk of the file, if there is one.
    bool SendChunk(Link *worker) {
        size_t size = std::fread(chunk_->bytes, 1, chunk_size_, file_);
        if (std::ferror(file_)) {
            Fail(kExitFile, "cannot read %s: %s; give a file that can be read", name_,
                 std::strerror(errno));
        }
        if (size == 0) {
            return false;
        }
        chunk_->number = sent_++;
        worker->data.Send(chunk_.get(), offsetof(Chunk, bytes) + size);
        worker->ahead++;
        return true;
    }

    // Keeps all workers supplied; at the end of the file closes their channels.
    void Feed() {
        const size_t window = workers_.size() * kChunksAhead;
        for (size_t i = 0; !ended_ && i < window; i++) {
            Link &worker = workers_[i % workers_.size()];
            if (worker.ahead < kChunksAhead && sent_ - added_ < window && !SendChunk(&worker)) {
                ended_ = true;
                for (auto &each : workers_) {
                    Channel closed = std::move(each.data);
                }
            }
        }
    }

    // Results come in any order, and are added up in the order of the file.
    void ReceiveResults(Link *worker) {
        Result result;
        while (worker->results.Receive(&result, sizeof(result), nullptr) == ZX_OK) {
            early_.emplace(result.number, result.counts);
            worker->ahead--;
        }
        for (auto next = early_.begin(); next != early_.end() && next->first == added_;
             next = early_.erase(next)) {
            total_ += next->second;
            added_++;
        }
    }

    const char *name_;
    std::FILE *file_;
    size_t chunk_size_;
    bool ended_ = false; // nothing more to read
    std::unique_ptr<Chunk> chunk_ = std::make_unique<Chunk>();

    Port port_ = Port::Create();
    std::vector<Link> workers_;

    uint64_t sent_ = 0, added_ = 0;
    std::map<uint64_t, Counts> early_; // results whose turn has not come
    Counts total_;
};

// --- the program ---

struct FileCloser {
    void operator()(std::FILE *file) const {
        std::fclose(file);
    }
};

unsigned long Number(const char *option, const char *text, unsigned long max) {
    char *end;
    errno = 0;
    unsigned long value = std::strtoul(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < 1 || value > max) {
        Fail(kExitUsage, "--%s is '%s'; give a number from 1 to %lu", option, text, max);
    }
    return value;
}

// wc makes its columns as wide as the size of the file asks for.
int ColumnWidth(std::FILE *file, const char *name) {
    struct stat about;
    if (fstat(fileno(file), &about) != 0) {
        Fail(kExitFile, "cannot look at %s: %s", name, std::strerror(errno));
    }
    if (S_ISDIR(about.st_mode)) {
        Fail(kExitFile, "%s is a directory; give a file", name);
    }
    return S_ISREG(about.st_mode)
               ? std::snprintf(nullptr, 0, "%lld", static_cast<long long>(about.st_size))
               : 7;
}

} // namespace

int main(int argc, char **argv) {
    static const option options[] = {
        {"workers", required_argument, nullptr, 'w'},
        {"chunk", required_argument, nullptr, 'c'},
        {"help", no_argument, nullptr, 'h'},
        {nullptr, 0, nullptr, 0},
    };
    unsigned workers = std::min(zx_system_get_num_cpus(), 8u);
    size_t chunk_size = Chunk::kMax;
    for (int option; (option = getopt_long(argc, argv, "w:c:h", options, nullptr)) != -1;) {
        switch (option) {
        case 'w':
            workers = static_cast<unsigned>(Number("workers", optarg, kWorkersMax));
            break;
        case 'c':
            chunk_size = Number("chunk", optarg, Chunk::kMax);
            break;
        case 'h':
            std::fputs(kHelp, stdout);
            return std::fflush(stdout) == 0 ? 0 : kExitFile;
        default:
            std::fputs("Try 'wordcount --help'.\n", stderr);
            return kExitUsage;
        }
    }
    if (argc - optind != 1) {
        Fail(kExitUsage, "give one file; try 'wordcount --help'");
    }

    const char *name = argv[optind];
    std::unique_ptr<std::FILE, FileCloser> file(std::fopen(name, "rb"));
    if (file == nullptr) {
        Fail(kExitFile, "cannot open %s: %s; give a file that can be read", name,
             std::strerror(errno));
    }
    const int width = ColumnWidth(file.get(), name);
    const Counts counts = Server(name, file.get(), workers, chunk_size).Run();
    if (std::printf("%*" PRIu64 " %*" PRIu64 " %*" PRIu64 " %s\n", width, counts.lines, width,
                    counts.words, width, counts.bytes, name) < 0 ||
        std::fflush(stdout) != 0) {
        Fail(kExitFile, "cannot write the result: %s", std::strerror(errno));
    }
    return 0;
}
