// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Pausable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Pausable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

/// @notice What a DAO deals with, for tests: of OpenZeppelin's parts where there are such.
contract Points is ERC20Burnable, ERC20Pausable, AccessControl, Multicall {
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    uint256 public fee;
    mapping(address => bool) public trusted;

    constructor(address admin) ERC20("Points", "PTS") {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(MINTER_ROLE, admin);
    }

    function mint(address to, uint256 amount) external onlyRole(MINTER_ROLE) {
        _mint(to, amount);
    }

    function pause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _pause();
    }

    function setFee(uint256 basisPoints, address account, bool isTrusted) external payable onlyRole(DEFAULT_ADMIN_ROLE) {
        fee = basisPoints;
        trusted[account] = isTrusted;
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Pausable) {
        super._update(from, to, value);
    }
}

contract Pictures is ERC721("Pictures", "PIC") {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}

contract Box is Ownable(msg.sender), UUPSUpgradeable {
    uint256 public version;

    function start(address owner_, uint256 version_) external {
        require(version == 0 || msg.sender == owner());
        version = version_;
        _transferOwnership(owner_);
    }

    function setVersion(uint256 version_) external onlyOwner {
        version = version_;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}

contract BoxProxy is ERC1967Proxy {
    constructor(address code, address owner_)
        ERC1967Proxy(code, abi.encodeCall(Box.start, (owner_, 1)))
    {}
}

/// @notice Takes what it may take, under a name that says nothing.
contract Harvester {
    function zap(IERC20 token, uint256 amount) external payable {
        token.transferFrom(msg.sender, address(this), amount);
    }
}

/// @notice A token of anybody's, that calls itself as it likes, in bytes that need not be text.
contract Spam {
    bytes private _symbol;
    uint8 public immutable decimals;
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 amount);

    constructor(bytes memory symbol_, uint8 decimals_) {
        _symbol = symbol_;
        decimals = decimals_;
    }

    function symbol() external view returns (string memory) {
        return string(_symbol);
    }

    function give(address to, uint256 amount) external {
        balanceOf[to] += amount;
        emit Transfer(msg.sender, to, amount);
    }
}

/// @notice Follows https://github.com/safe-global/safe-smart-account/blob/main/contracts/libraries/MultiSendCallOnly.sol
contract MultiSendCallOnly {
    function multiSend(bytes memory transactions) public payable {
        uint256 i;
        while (i < transactions.length) {
            uint8 operation = uint8(transactions[i]);
            address to;
            uint256 value;
            uint256 length;
            assembly {
                let at := add(add(transactions, 0x20), i)
                to := shr(0x60, mload(add(at, 0x01)))
                value := mload(add(at, 0x15))
                length := mload(add(at, 0x35))
            }
            require(operation == 0);
            bytes memory data = new bytes(length);
            for (uint256 k; k < length; k++) data[k] = transactions[i + 0x55 + k];
            (bool done, ) = to.call{value: value}(data);
            require(done);
            i += 0x55 + length;
        }
    }
}

/// @notice Follows https://docs.ens.domains/registry/ens: owner, resolver; who owns a node sets both.
contract NameRegistry {
    mapping(bytes32 => address) public owner;
    mapping(bytes32 => address) public resolver;

    constructor() {
        owner[0] = msg.sender;
    }

    function setSubnodeOwner(bytes32 node, bytes32 label, address owner_) external returns (bytes32 made) {
        require(owner[node] == msg.sender);
        made = keccak256(abi.encodePacked(node, label));
        owner[made] = owner_;
    }

    function setResolver(bytes32 node, address resolver_) external {
        require(owner[node] == msg.sender);
        resolver[node] = resolver_;
    }
}

/// @notice Follows https://docs.ens.domains/resolvers/public: ENSIP-1 `addr(bytes32)`, ENSIP-3 `name(bytes32)`.
contract NameResolver {
    NameRegistry private immutable _registry;
    mapping(bytes32 => address) public addr;
    mapping(bytes32 => string) public name;

    constructor(NameRegistry registry) {
        _registry = registry;
    }

    function setAddr(bytes32 node, address account) external {
        require(_registry.owner(node) == msg.sender);
        addr[node] = account;
    }

    function setName(bytes32 node, string calldata name_) external {
        require(_registry.owner(node) == msg.sender);
        name[node] = name_;
    }
}

/// @notice Follows https://docs.chain.link/data-feeds/api-reference (AggregatorV3Interface), with an answer that is set.
contract Feed {
    uint8 public immutable decimals;
    string public description;
    int256 private _answer;
    uint256 private _updatedAt;

    constructor(uint8 decimals_, string memory description_) {
        decimals = decimals_;
        description = description_;
    }

    function set(int256 answer, uint256 updatedAt) external {
        _answer = answer;
        _updatedAt = updatedAt;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, _answer, _updatedAt, _updatedAt, 1);
    }
}
